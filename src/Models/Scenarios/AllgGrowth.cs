using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Goroutines are created, so that the array of all goroutines grows again and again, while a thread outside the world
/// counts and lists them, a goroutine profiles them, and a collection scans them.
/// </summary>
internal sealed class AllgGrowth : Scenario
{
    private const int CreatedByMain = 2;

    /// <summary>The first goroutine, those that it creates, one that creates another, and one that collects.</summary>
    private const int Started = 1 + CreatedByMain + 2 + 1;

    /// <inheritdoc/>
    public override string Name => "allg-growth";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines are created while others count, list and profile them and a collection runs";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["allg.*", "allgarray*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var scans = new ScanCounter<TSync>(Started);
        using var world = new World<TSync>(SmallWorld.Options(processors: 2, scans));
        scans.Expect(() => world.Goroutines.Count);
        HeapPicture<TSync>.Offer(world);
        SyncThread outsider = TSync.StartThread("outsider", () => Watch(world));
        world.Run(g => Main(g, world));
        TSync.Join(outsider);
        Require(world.GoroutineCount == 0, $"all goroutines have ended, but {world.GoroutineCount} are counted");
        long ever = world.Goroutines.Count;
        Require(ever is >= 2 and <= Started, $"{ever} goroutines for {Started} that were started");
    }

    /// <summary>Starts a goroutine that collects and profiles, and others beside it, while another starts one, too.</summary>
    private static void Main<TSync>(Goroutine<TSync> g, World<TSync> world)
        where TSync : struct, ISync
    {
        g.Go(static creator => creator.Go(static _ => { }));
        g.Go(collector =>
        {
            CheckList(collector.ProfileGoroutines(), atLeast: 1);
            collector.Collect();
        });
        for (int i = 0; i < CreatedByMain; i++)
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
        Require(count is >= 0 and <= Started, $"{count} goroutines counted, {Started} started in all");
        CheckList(world.ListGoroutines(), atLeast: 0);
    }

    private static void CheckList(IReadOnlyList<GoroutineInfo> list, int atLeast)
    {
        Require(list.Count >= atLeast, $"{list.Count} goroutines are listed, at least {atLeast} run");
        var seen = new SortedSet<long>();
        foreach (GoroutineInfo info in list)
        {
            Require(info.Id is >= 1 and <= Started, $"goroutine {info.Id} is listed, which never was");
            Require(seen.Add(info.Id), $"goroutine {info.Id} is listed twice");
        }
    }

    private static void Require(bool condition, string message) => OracleException.Require(condition, message);
}
