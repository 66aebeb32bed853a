using Testbed.Sync;

namespace Testbed.Models.Litmus;

/// <summary>
/// A work-stealing deque (D. Chase, Y. Lev: Dynamic Circular Work-Stealing Deque, SPAA 2005): its owner pushes five
/// items, takes three and pushes two, while thieves steal one each, as in the program that GenMC comes with. No item is
/// got twice, and none is lost.
/// </summary>
/// <param name="name">What the command line calls it.</param>
/// <param name="thieves">How many thieves there are.</param>
internal sealed unsafe class ChaseLev(string name, int thieves)
    : LitmusTest(name, $"the owner of a deque against {thieves} that steal; no item is got twice")
{
    private const int First = 5;
    private const int Taken = 3;
    private const int Then = 2;
    private const int Items = First + Then;
    private const int Nothing = 0;

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        Deque* deque = TSync.Allocate<Deque>(1, "deque");

        // Each element is one thread's until that has ended.
        int[] got = new int[Taken + thieves];
        SyncThread[] threads =
        [
            TSync.StartThread("owner", () => Own<TSync>(deque, got)),
            .. Enumerable.Range(0, thieves).Select(
                i => TSync.StartThread($"thief {i}", () => got[Taken + i] = Steal<TSync>(deque))),
        ];
        foreach (SyncThread thread in threads)
        {
            TSync.Join(thread);
        }

        int left = TSync.VolatileRead(&deque->Bottom) - TSync.VolatileRead(&deque->Top);
        int[] items = [.. got.Where(item => item != Nothing)];
        OracleException.Require(
            items.Distinct().Count() == items.Length, $"an item was got twice: {string.Join(", ", items)}");
        OracleException.Require(
            items.Length + left == Items, $"{items.Length} items were got and {left} are left of {Items}");
        TSync.Free(deque);
    }

    private static void Own<TSync>(Deque* deque, int[] got)
        where TSync : struct, ISync
    {
        for (int item = 1; item <= First; item++)
        {
            Push<TSync>(deque, item);
        }

        for (int i = 0; i < Taken; i++)
        {
            got[i] = Take<TSync>(deque);
        }

        for (int item = First + 1; item <= Items; item++)
        {
            Push<TSync>(deque, item);
        }
    }

    private static void Push<TSync>(Deque* deque, int item)
        where TSync : struct, ISync
    {
        // Never full, but whether it is, is asked.
        int bottom = TSync.VolatileRead(&deque->Bottom);
        int top = TSync.VolatileRead(&deque->Top);
        OracleException.Require(bottom - top < Items, "the deque is full");
        TSync.VolatileWrite(&deque->Items[bottom], item);
        TSync.VolatileWrite(&deque->Bottom, bottom + 1);
    }

    private static int Take<TSync>(Deque* deque)
        where TSync : struct, ISync
    {
        int bottom = TSync.VolatileRead(&deque->Bottom) - 1;
        TSync.VolatileWrite(&deque->Bottom, bottom);
        int top = TSync.VolatileRead(&deque->Top);
        if (top > bottom)
        {
            TSync.VolatileWrite(&deque->Bottom, top);
            return Nothing;
        }

        int item = TSync.VolatileRead(&deque->Items[bottom]);
        if (top < bottom)
        {
            return item;
        }

        // The last item: thieves may be after it too.
        bool won = TSync.CompareExchange(&deque->Top, top + 1, top) == top;
        TSync.VolatileWrite(&deque->Bottom, top + 1);
        return won ? item : Nothing;
    }

    private static int Steal<TSync>(Deque* deque)
        where TSync : struct, ISync
    {
        int top = TSync.VolatileRead(&deque->Top);
        if (top >= TSync.VolatileRead(&deque->Bottom))
        {
            return Nothing;
        }

        int item = TSync.VolatileRead(&deque->Items[top]);
        return TSync.CompareExchange(&deque->Top, top + 1, top) == top ? item : Nothing;
    }

    /// <summary>
    /// Each word is read and written by all; the compare-and-swap of <see cref="Top"/> decides who gets an item.
    /// </summary>
    private struct Deque
    {
        /// <summary>The first item that thieves may have.</summary>
        internal int Top;

        /// <summary>Behind the owner's last item.</summary>
        internal int Bottom;

        /// <summary>The items, never more than once around.</summary>
        internal fixed int Items[ChaseLev.Items];
    }
}
