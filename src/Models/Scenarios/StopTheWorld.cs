using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines ask for a collection at once, one runs through safepoints, one is in a system call that ends only
/// after a collection, one is just being started, and statistics are read: on three Ps, of which some are idle. In half
/// the executions a thread outside the world traces its scheduler meanwhile.
/// </summary>
internal sealed class StopTheWorld : Scenario
{
    /// <summary>One execution in so many collects twice more, when most Ms are idle and there are helpers for all Ps.</summary>
    private const uint CollectsAgain = 4;

    /// <inheritdoc/>
    public override string Name => "stop-the-world";

    /// <inheritdoc/>
    public override string Summary
        => "two collections and a read of statistics against running, idle, in-syscall and just-starting Ps";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["sched.Stop*", "p.Status"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new MutatorWatch<TSync>();
        Note collected = TSync.CreateNote("collected");
        using (var world = new World<TSync>(SmallWorld.Options(processors: 3, watch)))
        {
            HeapPicture<TSync>.Offer(world);
            using var tracer = SchedulerTracer<TSync>.StartPerhaps(world);
            world.Run(g => Main(g, watch, collected));
        }

        TSync.Destroy(collected);
        OracleException.Require(
            watch.Collections is 2 or 4, $"{watch.Collections} collections, two or four were asked for");
    }

    private static void Main<TSync>(Goroutine<TSync> g, MutatorWatch<TSync> watch, Note collected)
        where TSync : struct, ISync
    {
        g.Go(collector => collector.Collect());
        g.Go(caller => Call(caller, watch, collected));
        watch.Step();
        g.Collect();
        watch.Step();
        TSync.Wake(collected);
        g.Go(runner => Work(runner, watch));
        WorldStatistics statistics = g.ReadStatistics();
        watch.Step();
        OracleException.Require(
            statistics.Collections is 1 or 2, $"{statistics.Collections} collections after one of two has ended");
        if (TSync.Choose(CollectsAgain) == 0)
        {
            g.Collect();
            watch.Step();
            g.Collect();
            watch.Step();
        }
    }

    private static void Call<TSync>(Goroutine<TSync> g, MutatorWatch<TSync> watch, Note collected)
        where TSync : struct, ISync
    {
        watch.Step();
        g.SystemCall(() => TSync.Sleep(collected));
        watch.Step();
    }

    private static void Work<TSync>(Goroutine<TSync> g, MutatorWatch<TSync> watch)
        where TSync : struct, ISync
    {
        watch.Step();
        g.Safepoint();
        watch.Step();
    }
}
