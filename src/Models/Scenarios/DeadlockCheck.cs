using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Ms go idle and look whether all goroutines wait, while goroutines start others, end and wait for each other; in
/// half the executions the first goroutine waits for itself in the end.
/// </summary>
internal sealed class DeadlockCheck : Scenario
{
    /// <inheritdoc/>
    public override string Name => "deadlock-check";

    /// <inheritdoc/>
    public override string Summary
        => "idle Ms look for a deadlock while goroutines start, end and join; it is told when there is one, and only then";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["sched", "g#*.Id", "g.Id"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        bool deadlocks = TSync.Choose(2) == 1;
        var dumps = new List<string>();
        bool told = false;
        using (var world = new World<TSync>(SmallWorld.Options(processors: 3) with { CrashOutput = dumps.Add }))
        {
            try
            {
                world.Run(g => Main(g, deadlocks ? world : null));
            }
            catch (DeadlockException)
            {
                told = true;
            }
        }

        OracleException.Require(told == deadlocks, told ? "no deadlock, but one is told of" : "a deadlock is not told of");
        OracleException.Require(dumps.Count == (deadlocks ? 1 : 0), $"{dumps.Count} dumps");
        OracleException.Require(
            !deadlocks || dumps[0].Contains("goroutine 1 [waiting]", StringComparison.Ordinal),
            "the dump of the deadlock does not tell of who waits");
    }

    /// <summary>Starts goroutines that start and join others, joins them, and itself if it is given a world.</summary>
    private static async GoroutineTask Main<TSync>(Goroutine<TSync> g, World<TSync>? world)
        where TSync : struct, ISync
    {
        GoroutineHandle first = g.Go(static _ => { });
        GoroutineHandle second = g.Go(async other =>
        {
            GoroutineHandle third = other.Go(static _ => { });
            await other.Join(first);
            await other.Join(third);
        });
        await g.Join(first);
        await g.Join(second);
        if (world is not null)
        {
            await g.Join(SmallWorld.FirstGoroutine(world));
        }
    }
}
