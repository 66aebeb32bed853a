using Testbed.Sync;

namespace Testbed.Models.Litmus;

/// <summary>Two threads each write a word and read the other's: under sequential consistency one sees the other.</summary>
internal sealed unsafe class StoreBuffering()
    : LitmusTest("sb", "two threads each write a word and read the other's; not both read 0")
{
    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        int* words = TSync.Allocate<int>(2, "word");
        int seenByFirst = 0;
        int seenBySecond = 0;
        SyncThread first = TSync.StartThread("first", () => seenByFirst = Cross<TSync>(words, words + 1));
        SyncThread second = TSync.StartThread("second", () => seenBySecond = Cross<TSync>(words + 1, words));
        TSync.Join(first);
        TSync.Join(second);
        TSync.Free(words);
        OracleException.Require(seenByFirst + seenBySecond > 0, "both threads read 0");
    }

    private static int Cross<TSync>(int* mine, int* other)
        where TSync : struct, ISync
    {
        TSync.VolatileWrite(mine, 1);
        return TSync.VolatileRead(other);
    }
}
