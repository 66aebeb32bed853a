using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// One goroutine throws or does not, one collects, one runs through safepoints on a stack of several segments, one
/// waits for another: on three Ps. Or a worker of the collection throws, while it marks or while it sweeps.
/// </summary>
internal sealed class WorldFailure : Scenario
{
    /// <summary>Where the failure is planned.</summary>
    private enum Place
    {
        Goroutine,
        Mark,
        Sweep,
        Count,
    }

    /// <inheritdoc/>
    public override string Name => "world-failure";

    /// <inheritdoc/>
    public override string Summary
        => "a goroutine or a worker of a collection throws; Run ends with that, nobody unwinds beside the collection";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["sched.Stop*", "p.Status"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        var place = (Place)TSync.Choose((uint)Place.Count);
        var failure = new PlannedException($"planned in: {place}");
        using var watch = new FailingWatch<TSync>(place, failure);
        Exception? thrown = null;
        using (var world = new World<TSync>(SmallWorld.Options(processors: 3, watch)))
        {
            try
            {
                world.Run(g => Main(g, watch, place == Place.Goroutine ? failure : null));
            }
            catch (Exception exception) when (exception is PlannedException or WorldFailedException or DeadlockException)
            {
                thrown = exception;
            }
        }

        OracleException.Require(
            ReferenceEquals(thrown, failure), $"{failure.Message}; Run ended with: {thrown?.Message ?? "nothing"}");
    }

    private static async GoroutineTask Main<TSync>(Goroutine<TSync> g, FailingWatch<TSync> watch, Exception? failure)
        where TSync : struct, ISync
    {
        // Something to sweep.
        g.AllocateBytes(sizeof(long));
        g.Go(static collector => collector.Collect());
        GoroutineHandle runner = g.Go(other => RunThrough(other, watch));
        g.Go(_ =>
        {
            if (failure is not null)
            {
                throw failure;
            }
        });
        if (failure is not null)
        {
            // Two that want to stop the world, of which one waits, when it fails.
            g.Go(static collector => collector.Collect());
        }

        await g.Join(runner);
    }

    /// <summary>Unwinds if the world fails, and finds every way back into it closed.</summary>
    private static void RunThrough<TSync>(Goroutine<TSync> g, FailingWatch<TSync> watch)
        where TSync : struct, ISync
    {
        using Frame<TSync> below = g.PushFrame(4);
        using Frame<TSync> middle = g.PushFrame(8);
        using Frame<TSync> top = g.PushFrame(32);
        try
        {
            g.Safepoint();
            g.Safepoint();
        }
        catch (WorldFailedException)
        {
            watch.Step();
            RequireClosed(g.Safepoint, "safepoint");
            RequireClosed(() => g.SystemCall(static () => { }), "system call");
            RequireClosed(g.Collect, "collection");
            throw;
        }
    }

    private static void RequireClosed(Action call, string name)
    {
        bool closed = false;
        try
        {
            call();
        }
        catch (WorldFailedException)
        {
            closed = true;
        }

        OracleException.Require(closed, $"a goroutine of a failed world came through a {name}");
    }

    /// <summary>Throws in the planned phase of a collection, once.</summary>
    private sealed class FailingWatch<TSync>(Place place, Exception failure) : MutatorWatch<TSync>
        where TSync : struct, ISync
    {
        /// <inheritdoc/>
        public override void RootJobStarted(in RootJob job)
        {
            if (place == Place.Mark && job is { Kind: RootJobKind.FlushCaches, First: 0 })
            {
                Throw();
            }
        }

        /// <inheritdoc/>
        public override void SweepStarted(int span)
        {
            if (place == Place.Sweep && span == 0)
            {
                Throw();
            }
        }

        private void Throw()
        {
            // The collection ends with this, and CollectionEnded is not called.
            EndWatch();
            throw failure;
        }
    }
}
