using Microsoft.Coyote.Specifications;
using Testbed.Collector;
using Testbed.Coyote;

namespace Testbed.Systematic.Coyote;

/// <summary>
/// Two goroutines collect, a third runs: a program for <see cref="WorldRuns"/> and <see cref="GoroutinesEnd"/>.
/// </summary>
internal static class WorldProgress
{
    private const int Collectors = 2;

    /// <summary>Runs one execution.</summary>
    internal static void Run()
    {
        Specification.RegisterMonitor<WorldRuns>();
        Specification.RegisterMonitor<GoroutinesEnd>();
        CoyoteSync.Run(() =>
        {
            using var world = new World<CoyoteSync>(new WorldOptions
            {
                Processors = 2,
                MonitorNanoseconds = 0,
                MaxGcWorkers = 2,
                ArenaBytes = 32 << 10,
                PageBytes = 512,
                HeapGrowBytes = 512,
                MaxSmallSize = 128,
                Observer = new StopWatch(),
            });
            world.Run(First);
        });
    }

    private static void First(Goroutine<CoyoteSync> g)
    {
        for (int i = 0; i < Collectors; i++)
        {
            g.Go(static collector => Watch(collector, collector.Collect));
        }

        Watch(g, g.Safepoint);
    }

    private static void Watch(Goroutine<CoyoteSync> g, Action action)
    {
        Specification.Monitor<GoroutinesEnd>(new GoroutinesEnd.Begun());
        action();
        g.Safepoint();
        Specification.Monitor<WorldRuns>(new WorldRuns.Resumed());
        Specification.Monitor<GoroutinesEnd>(new GoroutinesEnd.Ended());
    }

    private sealed class StopWatch : CollectionObserver
    {
        public override void WorldStopped() => Specification.Monitor<WorldRuns>(new WorldRuns.Stopped());
    }
}
