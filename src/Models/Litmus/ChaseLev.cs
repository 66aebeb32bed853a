using Testbed.Sync;

namespace Testbed.Models.Litmus;

/// <summary>
/// A work-stealing deque (D. Chase, Y. Lev: Dynamic Circular Work-Stealing Deque, SPAA 2005): its owner pushes two
/// items, takes one, pushes one and takes two, while thieves steal one each. Every item is got at most once.
/// </summary>
/// <param name="name">What the command line calls it.</param>
/// <param name="thieves">How many thieves there are.</param>
internal sealed unsafe class ChaseLev(string name, int thieves)
    : LitmusTest(name, $"the owner of a deque against {thieves} that steal; no item is got twice")
{
    private const int Items = 3;
    private const int Nothing = 0;

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        Deque* deque = TSync.Allocate<Deque>(1, "deque");
        int* got = TSync.Allocate<int>(Items + 1, "got");
        SyncThread[] threads =
        [
            .. Enumerable.Range(0, thieves).Select(
                i => TSync.StartThread($"thief {i}", () => Keep<TSync>(got, Steal<TSync>(deque)))),
        ];
        Push<TSync>(deque, 1);
        Push<TSync>(deque, 2);
        Keep<TSync>(got, Take<TSync>(deque));
        Push<TSync>(deque, 3);
        Keep<TSync>(got, Take<TSync>(deque));
        Keep<TSync>(got, Take<TSync>(deque));
        foreach (SyncThread thread in threads)
        {
            TSync.Join(thread);
        }

        for (int item = 1; item <= Items; item++)
        {
            int times = TSync.VolatileRead(got + item);
            OracleException.Require(times == 1, $"item {item} was got {times} times");
        }

        TSync.Free(deque);
        TSync.Free(got);
    }

    private static void Keep<TSync>(int* got, int item)
        where TSync : struct, ISync
    {
        if (item != Nothing)
        {
            TSync.Add(got + item, 1);
        }
    }

    private static void Push<TSync>(Deque* deque, int item)
        where TSync : struct, ISync
    {
        int bottom = TSync.VolatileRead(&deque->Bottom);
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
