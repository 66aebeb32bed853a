using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Goroutines with a frame end and are used again for others while one profiles them, a thread outside the world lists
/// them, and one that ended is waited for by its old number. Both threads run the world: one after the other.
/// </summary>
internal sealed class GoroutineReuse : Scenario
{
    private const int Slots = 3;

    /// <summary>The first, the profiler, two generations that each start another, and one that the outsider runs.</summary>
    private const int Started = 7;

    /// <inheritdoc/>
    public override string Name => "goroutine-reuse";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines end and are used again while others profile, list and wait for them; each is seen at most once, and whole";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["g.Id", "g#*.Id", "g.Status", "g#*.Status", "gfree.*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var world = new World<TSync>(SmallWorld.Options(processors: 2));
        SyncThread outsider = TSync.StartThread("outsider", () =>
        {
            Check(world.ListGoroutines());
            TryRun(world, static _ => GoroutineTask.Completed);
        });
        bool ran = TryRun(world, Main);
        TSync.Join(outsider);
        if (!ran)
        {
            world.Run(Main);
        }

        OracleException.Require(world.GoroutineCount == 0, $"{world.GoroutineCount} goroutines are counted at the end");
    }

    /// <summary>Runs the world unless the other thread does.</summary>
    private static bool TryRun<TSync>(World<TSync> world, Func<Goroutine<TSync>, GoroutineTask> main)
        where TSync : struct, ISync
    {
        try
        {
            world.Run(main);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static async GoroutineTask Main<TSync>(Goroutine<TSync> g)
        where TSync : struct, ISync
    {
        GoroutineHandle profiler = g.Go(static other => Check(other.ProfileGoroutines()));
        GoroutineHandle old = g.Go(Generation);
        await g.Join(old);
        GoroutineHandle young = g.Go(Generation);

        // The old one's place may be the young one's by now.
        await g.Join(old);
        await g.Join(young);
        await g.Join(profiler);
    }

    /// <summary>Runs with a frame, and starts one that does the same and calls the system.</summary>
    private static void Generation<TSync>(Goroutine<TSync> g)
        where TSync : struct, ISync
    {
        g.Go(static next =>
        {
            next.PushFrame(Slots).Dispose();
            next.SystemCall(static () => { });
        });
        using Frame<TSync> frame = g.PushFrame(Slots);
        g.Safepoint();
    }

    private static void Check(IReadOnlyList<GoroutineInfo> goroutines)
    {
        var seen = new SortedSet<long>();
        foreach (GoroutineInfo info in goroutines)
        {
            OracleException.Require(info.Id is >= 1 and <= Started, $"goroutine {info.Id} is listed, which never was");
            OracleException.Require(seen.Add(info.Id), $"goroutine {info.Id} is listed twice");
            OracleException.Require(
                info.FrameSlots.Count <= 1 && info.FrameSlots.All(slots => slots == Slots),
                $"goroutine {info.Id} has frames of {string.Join(" and ", info.FrameSlots)} slots");
        }
    }
}
