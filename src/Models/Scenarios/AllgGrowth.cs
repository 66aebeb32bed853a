using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Goroutines are created, so that the array of all goroutines grows again and again, while a thread outside the world
/// counts and lists them, a goroutine profiles them, and a collection scans them.
/// </summary>
internal sealed class AllgGrowth : Scenario
{
    private const int Created = 3;

    /// <inheritdoc/>
    public override string Name => "allg-growth";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines are created while others count, list and profile them and a collection runs";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        var scans = new ScanCounter();
        using var world = new World<TSync>(SmallWorld.Options(processors: 2, scans));
        SyncThread outsider = TSync.StartThread("outsider", () => Watch(world));
        world.Run(g => Main(g, world, scans));
        TSync.Join(outsider);
        Require(world.GoroutineCount == 0, $"all goroutines have ended, but {world.GoroutineCount} are counted");
        long ever = world.Goroutines.Count;
        Require(ever is >= 2 and <= Created + 2, $"{ever} goroutines for {Created + 2} that were started");
    }

    /// <summary>Starts one goroutine that collects and profiles, and others beside it.</summary>
    private static void Main<TSync>(Goroutine<TSync> g, World<TSync> world, ScanCounter scans)
        where TSync : struct, ISync
    {
        g.Go(collector =>
        {
            CheckList(collector.ProfileGoroutines(), atLeast: 1);
            scans.Expect(() => world.Goroutines.Count);
            collector.Collect();
        });
        for (int i = 0; i < Created; i++)
        {
            g.Go(static _ => { });
        }

        CheckList(world.ListGoroutines(), atLeast: 1);
    }

    /// <summary>Looks twice without stopping anything.</summary>
    private static void Watch<TSync>(World<TSync> world)
        where TSync : struct, ISync
    {
        long count = world.GoroutineCount;
        Require(count is >= 0 and <= Created + 2, $"{count} goroutines counted, {Created + 2} started in all");
        CheckList(world.ListGoroutines(), atLeast: 0);
    }

    private static void CheckList(IReadOnlyList<GoroutineInfo> list, int atLeast)
    {
        Require(list.Count >= atLeast, $"{list.Count} goroutines are listed, at least {atLeast} run");
        var seen = new SortedSet<long>();
        foreach (GoroutineInfo info in list)
        {
            Require(info.Id is >= 1 and <= Created + 2, $"goroutine {info.Id} is listed, which never was");
            Require(seen.Add(info.Id), $"goroutine {info.Id} is listed twice");
        }
    }

    private static void Require(bool condition, string message) => OracleException.Require(condition, message);
}
