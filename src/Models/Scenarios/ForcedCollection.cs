using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The last collection is old, so the monitor starts a goroutine that collects, while two others collect because they want
/// to; and the run ends while the monitor looks. In some executions there is no room for a third goroutine: then whoever
/// starts it fails the world, the monitor above all, which does so also while the world is stopped.
/// </summary>
/// <remarks>
/// A collection that comes for its age comes when the last one is old indeed, one at a time, and it does come: a goroutine
/// in a system call waits for it. A failure ends the run, which tells of it.
/// </remarks>
internal sealed class ForcedCollection : Scenario
{
    /// <summary>
    /// To an explorer a step lasts a microsecond: longer than what lies between the end of a collection and the stop of the
    /// next one that waited for it.
    /// </summary>
    private const long PeriodNanoseconds = 300_000;

    /// <inheritdoc/>
    public override string Name => "forced-collection";

    /// <inheritdoc/>
    public override string Summary
        => "the monitor forces collections against explicit ones and the end of the run: only when the last is old";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting
        => ["gc.LastNanoseconds", "sched.Population", "sched.ForcedCollection", "sched.Stop*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new Watch<TSync>();
        var growth = new Growth(
            TSync.Choose(2) == 1 ? new PlannedException("planned: no room for a third goroutine") : null, watch.Release);
        WorldOptions options = SmallWorld.Options(processors: 2, watch) with
        {
            MonitorNanoseconds = PeriodNanoseconds / 4,
            TimeSliceNanoseconds = PeriodNanoseconds,
            ForcedCollectionNanoseconds = PeriodNanoseconds,
            Growth = growth,
        };
        Exception? thrown = null;
        using (var world = new World<TSync>(options))
        {
            watch.Attach(world);
            HeapPicture<TSync>.Offer(world);
            try
            {
                world.Run(g => Main(g, watch));
            }
            catch (PlannedException exception)
            {
                thrown = exception;
            }
        }

        OracleException.Require(
            ReferenceEquals(thrown, growth.Failed), $"Run ended with: {thrown?.Message ?? "nothing"}");
        OracleException.Require(
            thrown is not null || watch.Requested == 2, $"{watch.Requested} collections were asked for and came, of 2");
    }

    private static void Main<TSync>(Goroutine<TSync> g, Watch<TSync> watch)
        where TSync : struct, ISync
    {
        g.Collect();
        g.Go(other => other.Collect());
        g.SystemCall(watch.WaitForForced);
        watch.Step();
    }

    /// <summary>Fails where the array of all goroutines gets room for a third one, if that is planned.</summary>
    private sealed class Growth(PlannedException? planned, Action failing) : GrowthObserver
    {
        private const long RoomForThird = 4;

        /// <summary>What was thrown; null if nothing was.</summary>
        internal PlannedException? Failed { get; private set; }

        /// <inheritdoc/>
        public override void GoroutinesGrow(long capacity)
        {
            if (planned is not null && capacity >= RoomForThird)
            {
                Failed = planned;
                failing();
                throw planned;
            }
        }
    }

    private sealed unsafe class Watch<TSync> : MutatorWatch<TSync>
        where TSync : struct, ISync
    {
        private readonly Note _forced = TSync.CreateNote("forced");
        private readonly State* _state = TSync.Allocate<State>(1, "forced");
        private World<TSync> _world = null!;

        /// <summary>How many collections came that a goroutine wanted; once no goroutine runs.</summary>
        internal int Requested => TSync.Read(&_state->Requested);

        internal void Attach(World<TSync> world) => _world = world;

        internal void WaitForForced() => TSync.Sleep(_forced);

        /// <summary>Ends that wait; any thread, any number of times.</summary>
        internal void Release()
        {
            if (TSync.Exchange(&_state->Released, 1) == 0)
            {
                TSync.Wake(_forced);
            }
        }

        /// <inheritdoc/>
        public override void WorldStopped()
        {
            base.WorldStopped();
            TSync.Write(&_state->Overdue, _world.Collection.IsOverdue ? 1 : 0);
        }

        /// <inheritdoc/>
        public override void CollectionEnded(in CollectionSummary summary)
        {
            base.CollectionEnded(summary);
            if (summary.Cause == CollectionCause.Request)
            {
                TSync.Write(&_state->Requested, TSync.Read(&_state->Requested) + 1);
                return;
            }

            OracleException.Require(TSync.Read(&_state->Overdue) != 0, "a collection was forced soon after another");
            int forced = TSync.Read(&_state->Forced) + 1;
            TSync.Write(&_state->Forced, forced);
            if (forced == 1)
            {
                Release();
            }
        }

        /// <inheritdoc/>
        public override void Dispose()
        {
            TSync.Free(_state);
            TSync.Destroy(_forced);
            base.Dispose();
        }

        /// <summary>The collecting goroutine's, in a stopped world; read when none runs.</summary>
        private struct State
        {
            /// <summary>1 if the last collection was old when the world had stopped.</summary>
            internal int Overdue;

            /// <summary>How many collections a goroutine wanted.</summary>
            internal int Requested;

            /// <summary>How many came for their age.</summary>
            internal int Forced;

            /// <summary>1 once the wait for one is over; any thread's, atomic.</summary>
            internal int Released;
        }
    }
}
