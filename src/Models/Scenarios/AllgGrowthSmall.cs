using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of <see cref="AllgGrowth"/>: a goroutine creates another, so that the array of all goroutines grows, while
/// a thread outside the world lists them.
/// </summary>
internal sealed class AllgGrowthSmall : Scenario
{
    private const int Started = 2;

    /// <inheritdoc/>
    public override string Name => "allg-growth-small";

    /// <inheritdoc/>
    public override string Summary => "a goroutine is created, and the array of all grows, while an outsider lists them";

    /// <inheritdoc/>
    public override string Bounds => "2 Ps, 2 goroutines, 1 outsider that lists once: 3 threads";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var world = new World<TSync>(SmallWorld.Options(processors: 2));
        SyncThread outsider = TSync.StartThread("outsider", () => Watch(world));
        world.Run(static g => g.Go(static _ => { }));
        TSync.Join(outsider);
        OracleException.Require(world.GoroutineCount == 0, "all goroutines have ended, but some are counted");
    }

    private static void Watch<TSync>(World<TSync> world)
        where TSync : struct, ISync
    {
        long last = 0;
        foreach (GoroutineInfo info in world.ListGoroutines().OrderBy(info => info.Id))
        {
            OracleException.Require(
                info.Id > last && info.Id <= Started, $"goroutine {info.Id} is listed after {last}, {Started} were started");
            last = info.Id;
        }
    }
}
