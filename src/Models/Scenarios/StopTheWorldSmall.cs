using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of <see cref="StopTheWorld"/>: a goroutine collects while one is in a system call and one is just starting.
/// </summary>
internal sealed class StopTheWorldSmall : Scenario
{
    /// <inheritdoc/>
    public override string Name => "stop-the-world-small";

    /// <inheritdoc/>
    public override string Summary => "a collection against a goroutine that goes through a system call and one that starts";

    /// <inheritdoc/>
    public override string Bounds => "3 Ps, 3 goroutines, 1 collection by 1 worker, 1 system call: 3 threads";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new MutatorWatch<TSync>();
        using (var world = new World<TSync>(SmallWorld.Options(processors: 3, watch) with { MaxGcWorkers = 1 }))
        {
            world.Run(g => Main(g, watch));
        }

        OracleException.Require(watch.Collections == 1, $"{watch.Collections} collections, one was asked for");
    }

    private static void Main<TSync>(Goroutine<TSync> g, MutatorWatch<TSync> watch)
        where TSync : struct, ISync
    {
        g.Go(caller =>
        {
            watch.Step();
            caller.SystemCall(static () => { });
            watch.Step();
        });
        g.Go(_ => watch.Step());
        g.Collect();
    }
}
