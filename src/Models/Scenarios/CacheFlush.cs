using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines fill the caches of two Ps and keep stale pointers into what these hold; then both collect, so that one
/// worker flushes the caches while another marks through the stale pointers; and allocate again.
/// </summary>
/// <remarks>
/// Beside the state of the heap it checks why that is sound: what a cache holds is allocated and not scanned; no span is
/// made while marking; and nothing is swept before all caches are empty. That stale pointers lead to no object that is not
/// there and that a span's description stays is the verifier's and the engine's to find.
/// </remarks>
internal sealed class CacheFlush : Scenario
{
    private const int ObjectWords = 4;
    private const int ObjectBytes = ObjectWords * sizeof(long);
    private const int Kept = 2;

    /// <inheritdoc/>
    public override string Name => "cache-flush";

    /// <inheritdoc/>
    public override string Summary
        => "thread caches are flushed while stale pointers into them are marked; no object is lost or given out twice";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["bitmap.*", "mcache*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new Watch<TSync>();
        using var world = new World<TSync>(SmallWorld.Options(processors: 2, watch));
        watch.Attach(world);
        TypeId pair = world.RegisterType(new TypeShape("pair", ObjectBytes, 0));
        HeapPicture<TSync>.Offer(world);
        world.Run(g =>
        {
            g.Go(other => Mutate(other, pair, number: 1));
            Mutate(g, pair, number: 2);
        });
    }

    /// <summary>Keeps a chain of two objects and a stale pointer behind each, collects, and makes the chain longer.</summary>
    private static void Mutate<TSync>(Goroutine<TSync> g, TypeId pair, long number)
        where TSync : struct, ISync
    {
        // Conservative, for the stale pointers' sake: a slot for the chain, the others for what nobody allocated.
        using Frame<TSync> frame = g.PushFrame(1 + Kept);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < Kept; i++)
            {
                Reference next = g.Allocate(pair);
                for (int word = 0; word < ObjectWords; word++)
                {
                    OracleException.Require(
                        g.ReadWord(next, word * sizeof(long)) == 0, $"a new object at {next} is not zeroed");
                }

                g.WriteReference(next, 0, frame[0]);
                g.WriteWord(next, sizeof(long), number);
                frame[0] = next;
                frame[1 + i] = new Reference(next.Address + ((1 + i) * ObjectBytes));
            }

            g.Collect();
        }

        int length = 0;
        for (Reference at = frame[0]; !at.IsNull; at = g.ReadReference(at, 0), length++)
        {
            long found = g.ReadWord(at, sizeof(long));
            OracleException.Require(found == number, $"the object at {at} of goroutine {number} says {found}");
        }

        OracleException.Require(length == 2 * Kept, $"{length} objects are left of {2 * Kept}");
    }

    private sealed unsafe class Watch<TSync> : MutatorWatch<TSync>
        where TSync : struct, ISync
    {
        private World<TSync> _world = null!;
        private HeapVerifier<TSync> _verifier = null!;
        private int _spans;
        private nint _arenaUsed;

        internal void Attach(World<TSync> world)
        {
            _world = world;
            _verifier = new HeapVerifier<TSync>(world);
        }

        /// <inheritdoc/>
        public override void WorldStopped()
        {
            base.WorldStopped();
            Heap<TSync> heap = _world.Heap;
            _spans = heap.SpanCount;
            _arenaUsed = heap.ArenaUsed;
            heap.VisitCachedLists(first =>
            {
                for (nint free = first; free != 0; free = TSync.Read((nint*)free))
                {
                    OracleException.Require(
                        heap.Bitmap.IsAllocated(free) && !heap.Bitmap.IsScan(free),
                        $"0x{free:x} is in a cache, but it is not allocated or is scanned");
                }
            });
        }

        /// <inheritdoc/>
        public override void MarkEnded()
            => OracleException.Require(
                _world.Heap.SpanCount == _spans && _world.Heap.ArenaUsed == _arenaUsed,
                "a span was made while marking");

        /// <inheritdoc/>
        public override void SweepStarted(int span)
            => _world.Heap.VisitCachedLists(first => OracleException.Require(
                first == 0, $"span {span} is swept while 0x{first:x} is in a cache"));

        /// <inheritdoc/>
        public override void CollectionEnded(in CollectionSummary summary)
        {
            _verifier.Verify();
            base.CollectionEnded(summary);
        }
    }
}
