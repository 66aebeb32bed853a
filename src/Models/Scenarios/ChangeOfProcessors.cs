using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// A goroutine changes the number of Ps from two to one or three and back, while others are ready on the queues of the
/// Ps, another collects, and one goes through a system call. In half the executions a thread outside the world traces its
/// scheduler meanwhile.
/// </summary>
/// <remarks>
/// Each goroutine runs once and to its end, whichever P it was queued on; the heap is whole after each collection, with
/// what the caches of Ps held that are gone.
/// </remarks>
internal sealed class ChangeOfProcessors : Scenario
{
    private const int Ready = 3;
    private const int Least = 1;
    private const int First = 2;

    /// <inheritdoc/>
    public override string Name => "change-of-processors";

    /// <inheritdoc/>
    public override string Summary
        => "the number of Ps changes against a collection, a system call and ready goroutines: each runs once";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["sched.Stop*", "p.Status", "p.RunQueue"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var run = new Execution<TSync>();
        run.Run();
    }

    /// <summary>Verifies the heap after each collection.</summary>
    private sealed class Watch<TSync> : MutatorWatch<TSync>
        where TSync : struct, ISync
    {
        /// <summary>Once there is a world.</summary>
        internal HeapVerifier<TSync>? Verifier { get; set; }

        /// <inheritdoc/>
        public override void CollectionEnded(in CollectionSummary summary)
        {
            Verifier!.Verify();
            base.CollectionEnded(summary);
        }
    }

    private sealed class Execution<TSync> : IDisposable
        where TSync : struct, ISync
    {
        private readonly unsafe int* _ended = TSync.Allocate<int>(Ready, "ended");
        private readonly Watch<TSync> _watch = new();
        private readonly World<TSync> _world;

        internal Execution()
        {
            _world = new World<TSync>(SmallWorld.Options(First, _watch));
            _watch.Verifier = new HeapVerifier<TSync>(_world);
        }

        internal unsafe void Run()
        {
            HeapPicture<TSync>.Offer(_world);
            using (SchedulerTracer<TSync>.StartPerhaps(_world))
            {
                _world.Run(Main);
            }

            for (int i = 0; i < Ready; i++)
            {
                OracleException.Require(TSync.Read(_ended + i) == 1, $"goroutine {i} of {Ready} has not run to its end");
            }
        }

        public unsafe void Dispose()
        {
            _world.Dispose();
            _watch.Dispose();
            TSync.Free(_ended);
        }

        private void Main(Goroutine<TSync> g)
        {
            int other = TSync.Choose(2) == 0 ? Least : First + 1;
            g.Go(Call);
            for (int i = 0; i < Ready; i++)
            {
                int ready = i;
                g.Go(started => Work(started, ready));
            }

            Change(g, from: First, to: other);
            g.AllocateBytes(sizeof(long));
            Change(g, from: other, to: First);
        }

        private void Change(Goroutine<TSync> g, int from, int to)
        {
            _watch.Step();
            int found = g.SetProcessors(to);
            OracleException.Require(found == from, $"there were {found} Ps, {from} were set");
            _watch.Step();
        }

        /// <summary>Goes through a system call and collects.</summary>
        private void Call(Goroutine<TSync> g)
        {
            g.AllocateBytes(sizeof(long));
            g.SystemCall(static () => { });
            _watch.Step();
            g.Collect();
        }

        /// <summary>Allocates on one P, and again on another, perhaps.</summary>
        private async GoroutineTask Work(Goroutine<TSync> g, int ready)
        {
            _watch.Step();
            g.AllocateBytes(sizeof(long));
            await g.Yield();
            _watch.Step();
            g.AllocateBytes(sizeof(long));
            End(ready);
        }

        private unsafe void End(int ready)
        {
            OracleException.Require(TSync.Read(_ended + ready) == 0, $"goroutine {ready} of {Ready} ends again");
            TSync.Write(_ended + ready, 1);
        }
    }
}
