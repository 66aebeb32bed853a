using System.Globalization;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Goroutines fail in one or two of the awkward places: where the array of all goroutines grows under its lock, where
/// the heap does, on their own, or all together by a deadlock. Others start, collect and end beside them; in some
/// executions a monitor asks goroutines to let others run meanwhile, which changes the word that tells of the failure.
/// </summary>
/// <remarks>
/// A liveness oracle: whoever fails, and wherever, the world ends with exactly one dump, and <c>Run</c> throws what that
/// dump says. Whoever waits for ever is a deadlock to the engine.
/// </remarks>
internal sealed class CrashWhileHoldingAllglock : Scenario
{
    /// <summary>The first goroutine, the creator and the three that it starts, the allocator, the thrower, the collector.</summary>
    private const int Started = 8;

    /// <summary>Where a failure is planned.</summary>
    private enum Place
    {
        AllGoroutines,
        Heap,
        Goroutine,
        Deadlock,
        Count,
    }

    /// <inheritdoc/>
    public override string Name => "crash-while-holding-allglock";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines fail under the locks of what grows, or deadlock: the world ends with one dump";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["allg.*", "allgarray*", "allglock", "paniclk", "sched.Stop*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        var first = (Place)TSync.Choose((uint)Place.Count);
        var second = (Place)TSync.Choose((uint)Place.Count);
        var faults = new Faults(first, second, failingCapacity: TSync.Choose(2) == 0 ? 4 : 8);
        var dumps = new List<string>();
        WorldOptions options = SmallWorld.Options(processors: 2) with
        {
            Growth = faults,
            CrashOutput = dumps.Add,
            CrashTrace = TSync.Choose(2) == 1,
            MonitorNanoseconds = TSync.Choose(2),
            TimeSliceNanoseconds = 1,
            ForcedCollectionNanoseconds = 0,
        };
        Exception? thrown = null;
        using (var world = new World<TSync>(options))
        {
            try
            {
                world.Run(g => Main(g, world, faults));
            }
            catch (Exception exception) when (exception is PlannedException or DeadlockException or WorldFailedException)
            {
                thrown = exception;
            }
        }

        string planned = $"failures are planned in {first} and {second}";
        OracleException.Require(
            thrown is not null == (faults.AnyFailed || faults.IsPlanned(Place.Deadlock)),
            $"{planned}; Run ended with: {thrown?.Message ?? "nothing"}");
        OracleException.Require(dumps.Count == (thrown is null ? 0 : 1), $"{planned}: {dumps.Count} dumps");
        if (thrown is not null)
        {
            Check(dumps[0], thrown);
        }
    }

    private static async GoroutineTask Main<TSync>(Goroutine<TSync> g, World<TSync> world, Faults faults)
        where TSync : struct, ISync
    {
        GoroutineHandle thrower = g.Go(_ => faults.FailIn(Place.Goroutine));
        GoroutineHandle creator = g.Go(static other =>
        {
            other.Go(static _ => { });
            other.Go(static _ => { });
            other.Go(static _ => { });
        });
        GoroutineHandle allocator = g.Go(static other => other.AllocateBytes(256));
        GoroutineHandle collector = g.Go(static other => other.Collect());
        await g.Join(creator);
        await g.Join(allocator);
        await g.Join(thrower);
        await g.Join(collector);
        if (faults.IsPlanned(Place.Deadlock))
        {
            await g.Join(SmallWorld.FirstGoroutine(world));
        }
    }

    /// <summary>The dump tells of what was thrown, and of each goroutine once.</summary>
    private static void Check(string dump, Exception thrown)
    {
        string[] lines = dump.Split('\n');
        OracleException.Require(
            lines[0] == $"fatal error: {thrown.Message}", $"Run throws '{thrown.Message}', the dump says '{lines[0]}'");
        var seen = new SortedSet<int>();
        foreach (string line in lines.Where(line => line.StartsWith("goroutine ", StringComparison.Ordinal)))
        {
            int id = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            OracleException.Require(id is >= 1 and <= Started, $"goroutine {id} is dumped, which never was");
            OracleException.Require(seen.Add(id), $"goroutine {id} is dumped twice");
        }
    }

    /// <summary>Fails in the planned places.</summary>
    private sealed class Faults(Place first, Place second, long failingCapacity) : GrowthObserver
    {
        /// <summary>Whether a failure has come about: the array need not grow if goroutines are used again.</summary>
        internal bool AnyFailed { get; private set; }

        /// <inheritdoc/>
        public override void GoroutinesGrow(long capacity)
        {
            if (capacity >= failingCapacity)
            {
                FailIn(Place.AllGoroutines);
            }
        }

        /// <inheritdoc/>
        public override void HeapGrows(long bytes) => FailIn(Place.Heap);

        internal bool IsPlanned(Place place) => place == first || place == second;

        internal void FailIn(Place place)
        {
            if (IsPlanned(place))
            {
                AnyFailed = true;
                throw new PlannedException($"planned in {place}");
            }
        }
    }
}
