using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines fill the caches of two Ps and keep stale pointers into what these hold; then both collect, so that one
/// worker flushes the caches while another marks through the stale pointers; and allocate again. One stale pointer of each
/// leads to a block that was given back by hand, so that the flush frees its whole span.
/// </summary>
/// <remarks>
/// Beside the state of the heap it checks why that is sound, by the six facts that ARCHITECTURE.md lists: what a cache holds
/// is allocated and not scanned; nothing is marked when marking starts; no span is made while marking; and nothing is swept
/// before all caches are empty. That a stale pointer may be followed at any time, and that a span's description stays, is
/// for the engine to find.
/// </remarks>
internal sealed unsafe class CacheFlush : Scenario
{
    private const int ObjectWords = 4;
    private const int ObjectBytes = ObjectWords * sizeof(long);
    private const int BlockBytes = 128;
    private const int Kept = 2;
    private const int Goroutines = 2;

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
        nint* returned = TSync.Allocate<nint>(Goroutines, "returned");
        using (var watch = new Watch<TSync>(returned))
        {
            Run(watch, returned);
        }

        TSync.Free(returned);
    }

    private static void Run<TSync>(Watch<TSync> watch, nint* returned)
        where TSync : struct, ISync
    {
        using var world = new World<TSync>(SmallWorld.Options(processors: 2, watch));
        watch.Attach(world);
        TypeId pair = world.RegisterType(new TypeShape("pair", ObjectBytes, 0));
        HeapPicture<TSync>.Offer(world);
        world.Run(g =>
        {
            g.Go(other => Mutate(other, pair, number: 1, returned));
            Mutate(g, pair, number: 2, returned + 1);
        });
    }

    /// <summary>
    /// Keeps a chain of two objects, a stale pointer behind each and one to a block that it gives back; collects, and makes
    /// the chain longer.
    /// </summary>
    private static void Mutate<TSync>(Goroutine<TSync> g, TypeId pair, long number, nint* returned)
        where TSync : struct, ISync
    {
        // Conservative, for the stale pointers' sake: a slot for the chain, the others for what nobody has.
        using Frame<TSync> frame = g.PushFrame(1 + Kept + 1);
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

            Reference block = g.AllocateBytes(BlockBytes);
            frame[1 + Kept] = block;
            TSync.Write(returned, block.Address);
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

    /// <param name="returned">
    /// For each goroutine the block that it gives back, or 0: written by the goroutine, read while the world is stopped.
    /// </param>
    private sealed class Watch<TSync>(nint* returned) : MutatorWatch<TSync>
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
            _verifier.VerifyUnmarked();
            for (int i = 0; i < Goroutines; i++)
            {
                GiveBack(returned + i);
            }

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

        /// <summary>
        /// Puts a block that its goroutine is done with on the list of a cache: the seed's <c>free</c>, which the collector
        /// has no use for. Without it the flush would free no span, since whoever takes the free objects of one allocates
        /// the first.
        /// </summary>
        private void GiveBack(nint* place)
        {
            nint block = TSync.Read(place);
            if (block == 0)
            {
                return;
            }

            TSync.Write(place, 0);
            int sizeClass = TSync.Read(&_world.Heap.FindSpan(block)->SizeClass);
            ThreadCache* cache = _world.Scheduler.CacheOfWorker(collector: 0, worker: 0);
            nint* list = TSync.Read(&cache->Free) + sizeClass;
            TSync.Write((nint*)block, TSync.Read(list));
            TSync.Write(list, block);
            TSync.Write(&cache->Frees, TSync.Read(&cache->Frees) + 1);
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
