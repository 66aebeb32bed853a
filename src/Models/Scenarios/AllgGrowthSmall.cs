using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of <see cref="AllgGrowth"/>: two threads add goroutines to the array of all, so that it grows twice, while
/// two others walk it.
/// </summary>
internal sealed unsafe class AllgGrowthSmall : Scenario
{
    private const int AddedByEach = 2;

    /// <inheritdoc/>
    public override string Name => "allg-growth-small";

    /// <inheritdoc/>
    public override string Summary => "two threads add to the array of all goroutines, which grows, while two walk it";

    /// <inheritdoc/>
    public override string Bounds => "4 threads: two add 2 goroutines each to an array of 1, two walk it twice";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var goroutines = new AllGoroutines<TSync>(firstCapacity: 1);
        SyncThread first = TSync.StartThread("first", () => Add(goroutines, firstId: 1));
        SyncThread second = TSync.StartThread("second", () => Add(goroutines, firstId: 1 + AddedByEach));
        SyncThread third = TSync.StartThread("third", () => WalkTwice(goroutines));
        WalkTwice(goroutines);
        TSync.Join(first);
        TSync.Join(second);
        TSync.Join(third);
        long all = Walk(goroutines);
        OracleException.Require(all == 2 * AddedByEach, $"{all} goroutines are there, {2 * AddedByEach} were added");
        for (long i = 0; i < all; i++)
        {
            TSync.Free(goroutines[i]);
        }
    }

    private static void Add<TSync>(AllGoroutines<TSync> goroutines, long firstId)
        where TSync : struct, ISync
    {
        for (long id = firstId; id < firstId + AddedByEach; id++)
        {
            G* g = TSync.Allocate<G>(1, "g");
            TSync.Write(&g->Id, id);
            goroutines.Add(g);
        }
    }

    private static void WalkTwice<TSync>(AllGoroutines<TSync> goroutines)
        where TSync : struct, ISync
    {
        long seen = Walk(goroutines);
        long seenLater = Walk(goroutines);
        OracleException.Require(seenLater >= seen, $"{seen} goroutines are there, and later {seenLater}");
    }

    /// <summary>Looks at all that there are now: each is complete, and there once.</summary>
    /// <returns>How many there are.</returns>
    private static long Walk<TSync>(AllGoroutines<TSync> goroutines)
        where TSync : struct, ISync
    {
        G** all = goroutines.Snapshot(out long count);
        uint seen = 0;
        for (long i = 0; i < count; i++)
        {
            long id = TSync.Read(&TSync.Read(all + i)->Id);
            OracleException.Require(id is >= 1 and <= 2 * AddedByEach, $"goroutine {id} is listed, which never was");
            OracleException.Require((seen & (1U << (int)id)) == 0, $"goroutine {id} is listed twice");
            seen |= 1U << (int)id;
        }

        return count;
    }
}
