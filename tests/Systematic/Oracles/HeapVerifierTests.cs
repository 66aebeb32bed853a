using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;
using Xunit;

namespace Testbed.Systematic.Oracles;

/// <summary>
/// The oracle is quiet on a heap as the collector left it, and names what is wrong with one that was then damaged.
/// </summary>
public sealed unsafe class HeapVerifierTests
{
    private const int Chain = 5;

    [Fact]
    public void A_heap_as_the_collector_left_it_is_right()
        => Assert.Equal(Chain, Collect(damage: null).ReachableObjects);

    [Fact]
    public void A_reachable_object_that_is_not_allocated_is_told_with_its_path()
    {
        OracleException failure = Fails(heap =>
        {
            Span* span = heap.SpanOf(heap.Objects[3]);
            heap.World.Heap.Bitmap.ClearSpan(span->Start, span->Limit);
        });

        Assert.Contains("is reachable but not allocated", failure.Message, StringComparison.Ordinal);
        Assert.Contains("path: slot 0 of frame 0 (0 is the newest)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reachable_object_on_a_free_list_is_told_with_its_path()
    {
        OracleException failure = Fails(heap =>
        {
            nint victim = heap.Objects[Chain - 1];
            Span* span = heap.SpanOf(victim);
            *(nint*)victim = span->FreeList;
            span->FreeList = victim;
            span->References--;
        });

        Assert.Contains("is reachable but on a free list", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Chain, failure.Message.Split(" -> ").Length);
    }

    [Fact]
    public void A_free_list_that_does_not_fit_the_count_is_told()
    {
        OracleException failure = Fails(heap => heap.SpanOf(heap.Objects[0])->References++);

        Assert.Contains("free ones", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_twice_on_a_free_list_is_told()
    {
        OracleException failure = Fails(heap =>
        {
            nint free = heap.SpanOf(heap.Objects[0])->FreeList;
            *(nint*)free = free;
        });

        Assert.Contains("is twice on its free list", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_list_that_leaves_its_span_is_told()
    {
        OracleException failure = Fails(heap => *(nint*)heap.SpanOf(heap.Objects[0])->FreeList = heap.Objects[0] + 8);

        Assert.Contains("where no object starts", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pointer_to_free_pages_is_told()
    {
        OracleException failure = Fails(heap => *(nint*)heap.Objects[0] = heap.World.Heap.ArenaUsed - 8);

        Assert.Contains("holds no object", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreachable_object_that_survived_is_told()
    {
        OracleException failure = Fails(heap => *(nint*)heap.Objects[1] = 0);

        Assert.Contains($"{Chain} objects are allocated", failure.Message, StringComparison.Ordinal);
        Assert.Contains("but 2 are reachable", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mark_that_is_left_is_told()
    {
        OracleException failure = Fails(heap => heap.World.Heap.Bitmap.SetMark(heap.Objects[2]));

        Assert.Contains("is marked, and no collection marks", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_a_conservative_word_leads_to_may_survive()
    {
        var observer = new VerifyingObserver(damage: null);
        using var world = new World<NativeSync>(Options(observer));
        observer.World = world;
        world.Run(goroutine =>
        {
            using Frame<NativeSync> frame = goroutine.PushFrame(2);
            frame[0] = goroutine.AllocateConservative(64);
            Reference hidden = goroutine.AllocateBytes(24);
            goroutine.WriteWord(frame[0], 8, goroutine.Interior(hidden, 16).Address);
            frame[1] = new Reference(hidden.Address + 1);
            goroutine.Collect();
            goroutine.WriteWord(frame[0], 8, 0);
            frame[1] = Reference.Null;
            goroutine.Collect();
        });

        Assert.Equal(2, observer.Collections);
        Assert.Equal(1, observer.Verifier.ReachableObjects);
    }

    [Fact]
    public void Arrays_large_objects_and_interior_pointers_are_followed()
    {
        var observer = new VerifyingObserver(damage: null);
        using var world = new World<NativeSync>(Options(observer));
        observer.World = world;
        TypeId pair = world.RegisterType(new TypeShape("pair", 16, 8));
        world.Run(goroutine =>
        {
            RootArea<NativeSync> data = goroutine.Data;
            data[0] = goroutine.AllocateArray(pair, 500);
            for (int i = 0; i < 500; i++)
            {
                Reference bytes = goroutine.AllocateBytes(1 + (i * 7));
                goroutine.WriteReference(data[0], (i * 16) + 8, bytes);
            }

            data[0] = goroutine.Interior(data[0], 4000);
            goroutine.Collect();
        });

        Assert.Equal(501, observer.Verifier.ReachableObjects);
    }

    private static OracleException Fails(Action<DamagedHeap> damage)
        => Assert.Throws<OracleException>(() => Collect(damage));

    /// <summary>Makes a chain of objects and some garbage, collects, damages the heap and verifies it.</summary>
    private static HeapVerifier<NativeSync> Collect(Action<DamagedHeap>? damage)
    {
        var observer = new VerifyingObserver(damage);
        using var world = new World<NativeSync>(Options(observer));
        observer.World = world;
        TypeId link = world.RegisterType(new TypeShape("link", 16, 0));
        FrameMap root = world.RegisterFrame(SlotKind.Pointer);
        world.Run(goroutine =>
        {
            using Frame<NativeSync> frame = goroutine.PushFrame(root);
            for (int i = 0; i < Chain; i++)
            {
                goroutine.AllocateBytes(100);
                Reference next = goroutine.Allocate(link);
                goroutine.WriteReference(next, 0, frame[0]);
                frame[0] = next;
            }

            for (Reference at = frame[0]; !at.IsNull; at = goroutine.ReadReference(at, 0))
            {
                observer.Objects.Add(at.Address);
            }

            goroutine.Collect();
        });
        return observer.Verifier;
    }

    private static WorldOptions Options(CollectionObserver observer) => new()
    {
        Processors = 2,
        ArenaBytes = 8 << 20,
        PageBytes = 1024,
        HeapGrowBytes = 1 << 16,
        FirstTriggerBytes = long.MaxValue,
        Observer = observer,
    };

    /// <summary>A heap that a collection has just left, and its chain of objects, the root's first.</summary>
    private sealed record DamagedHeap(World<NativeSync> World, IReadOnlyList<nint> Objects)
    {
        public Span* SpanOf(nint address) => World.Heap.FindSpan(address);
    }

    private sealed class VerifyingObserver(Action<DamagedHeap>? damage) : CollectionObserver
    {
        private World<NativeSync>? _world;

        public List<nint> Objects { get; } = [];

        public int Collections { get; private set; }

        public HeapVerifier<NativeSync> Verifier { get; private set; } = null!;

        public World<NativeSync> World
        {
            set
            {
                _world = value;
                Verifier = new HeapVerifier<NativeSync>(value);
            }
        }

        public override void CollectionEnded(in CollectionSummary summary)
        {
            Collections++;
            damage?.Invoke(new DamagedHeap(_world!, Objects));
            Verifier.Verify();
        }
    }
}
