using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>A heap of random objects with random roots, and a managed copy of who points to whom.</summary>
internal sealed unsafe class MarkedHeap : IDisposable
{
    private const int ObjectCount = 120;
    private const int GoroutineCount = 4;
    private const int FrameSlots = 3;

    private static readonly TypeShape[] s_shapes =
    [
        new("leaf", 16),
        new("pair", 16, 0, 8),
        new("second", 24, 8),
        new("wide", 8 * 70, 0, 8 * 63, 8 * 64, 8 * 69),
    ];

    private readonly Heap<NativeSync> _heap;
    private readonly TypeTable<NativeSync> _types;
    private readonly AllGoroutines<NativeSync> _goroutines;
    private readonly Globals<NativeSync> _globals;
    private readonly RootMarker<NativeSync> _roots;
    private readonly ObjectScanner<NativeSync> _scanner;
    private readonly MarkTermination<NativeSync> _termination = new();
    private readonly WorkBuffers<NativeSync> _buffers;
    private readonly Marker<NativeSync> _marker;
    private readonly ThreadCache* _cache;
    private readonly List<nint> _blocks = [];
    private readonly List<Node> _nodes = [];
    private readonly HashSet<int> _rootTargets = [];

    /// <summary>Makes random objects and roots.</summary>
    public MarkedHeap(WorldOptions options, Random random)
        : this(options)
    {
        for (int i = 0; i < ObjectCount; i++)
        {
            Allocate(random);
        }

        foreach (Node node in _nodes)
        {
            Connect(node, random);
        }

        AddRoots(random);
    }

    /// <summary>Makes a chain of objects, each with the only pointer to the next.</summary>
    public MarkedHeap(WorldOptions options, int chain)
        : this(options)
    {
        TypeInfo* type = _types.Register(new TypeShape("link", 16, 8)).Info;
        for (int i = 0; i < chain; i++)
        {
            _nodes.Add(new Node(_heap.TryAllocate(_cache, 16, type, AllocationKind.Typed), 2, [1]));
        }

        for (int i = 0; i + 1 < chain; i++)
        {
            _nodes[i].Targets.Add(i + 1);
            ((nint*)_nodes[i].Start)[1] = _nodes[i + 1].Start;
        }

        _globals.Bss[3] = _nodes[0].Start;
        _rootTargets.Add(0);
    }

    private MarkedHeap(WorldOptions options)
    {
        _heap = new Heap<NativeSync>(options);
        _cache = _heap.CreateCache();
        _types = new TypeTable<NativeSync>();
        _goroutines = new AllGoroutines<NativeSync>(2);
        _globals = new Globals<NativeSync>(options);
        _buffers = new WorkBuffers<NativeSync>(options, _termination);
        _scanner = new ObjectScanner<NativeSync>(options, _heap, _buffers);
        _roots = new RootMarker<NativeSync>(options, _heap, _goroutines, _globals, _scanner);
        _marker = new Marker<NativeSync>(options, _heap, _goroutines, _globals);
    }

    public static WorldOptions SmallOptions { get; } = new()
    {
        Processors = 1,
        ArenaBytes = 1 << 22,
        DataWords = 6,
        BssWords = 6,
        WorkBuffersPerChunk = 3,
        StealTriesPerWorker = 2,
    };

    public long RootJobs => _marker.RootJobs;

    public MarkStatistics Statistics => _marker.ReadStatistics();

    public void Dispose()
    {
        _marker.Dispose();
        _roots.Dispose();
        _scanner.Dispose();
        _buffers.Dispose();
        _termination.Dispose();
        _globals.Dispose();
        _goroutines.Dispose();
        _types.Dispose();
        _heap.Dispose();
        foreach (nint block in _blocks)
        {
            NativeSync.Free((void*)block);
        }
    }

    /// <summary>Marks on real threads.</summary>
    public void Mark(int workers)
    {
        _marker.Setup(workers, now: 1);
        Threads.Run(workers, worker => Assert.True(_marker.Run(worker)));
        _marker.CheckInvariants();
    }

    /// <summary>Runs a root job by itself.</summary>
    public void RunRootJob(long job)
    {
        _roots.Setup(workers: 1, now: 1);
        _scanner.Setup(1);
        _roots.MarkRoot(job, 0);
    }

    /// <summary>Compares the marks with what the copy of the graph says.</summary>
    public void RequireMarksMatch(string context)
    {
        var reachable = new HashSet<int>(_rootTargets);
        var pending = new Stack<int>(reachable);
        while (pending.TryPop(out int index))
        {
            foreach (int target in _nodes[index].Targets.Where(reachable.Add))
            {
                pending.Push(target);
            }
        }

        for (int i = 0; i < _nodes.Count; i++)
        {
            bool marked = _heap.Bitmap.IsMarked(_nodes[i].Start);
            Assert.True(marked == reachable.Contains(i), $"{context}: object {i} is {(marked ? "" : "not ")}marked");
        }

        Assert.Equal(reachable.Count, Statistics.Objects);
    }

    private void Allocate(Random random)
    {
        int kind = random.Next(s_shapes.Length + 2);
        if (kind < s_shapes.Length)
        {
            TypeShape shape = s_shapes[kind];
            int elements = random.Next(1, 4);
            TypeInfo* type = _types.Register(shape).Info;
            nint start = _heap.TryAllocate(_cache, (nuint)(shape.Size * elements), type, AllocationKind.Typed);
            int[] pointers =
            [
                .. Enumerable.Range(0, elements)
                    .SelectMany(element => shape.PointerOffsets.Select(offset => (offset + (element * shape.Size)) / 8)),
            ];
            _nodes.Add(new Node(start, shape.Size * elements / 8, pointers));
            return;
        }

        int words = random.Next(1, 9);
        AllocationKind untyped = kind == s_shapes.Length ? AllocationKind.Conservative : AllocationKind.NoScan;
        nint block = _heap.TryAllocate(_cache, (nuint)(8 * words), null, untyped);
        int[] all = [.. Enumerable.Range(0, words)];
        _nodes.Add(new Node(block, words, untyped == AllocationKind.NoScan ? [] : all));
    }

    /// <summary>Fills every word: with a pointer, null, or something that only looks like one.</summary>
    private void Connect(Node node, Random random)
    {
        for (int word = 0; word < node.Words; word++)
        {
            bool follows = node.PointerWords.Contains(word);
            nint value = 0;
            if (random.Next(4) == 0)
            {
                value = PointerTo(random, follows ? node.Targets : null);
            }
            else if (random.Next(4) == 0)
            {
                value = random.Next(2) == 0 ? _heap.ArenaUsed : _heap.ArenaStart - 8;
            }

            ((nint*)node.Start)[word] = value;
        }
    }

    private nint PointerTo(Random random, HashSet<int>? targets)
    {
        int target = random.Next(_nodes.Count);
        targets?.Add(target);
        return _nodes[target].Start + random.Next(8 * _nodes[target].Words);
    }

    private void AddRoots(Random random)
    {
        _globals.Data[random.Next(_globals.DataWords)] = PointerTo(random, _rootTargets);
        _globals.Bss[random.Next(_globals.BssWords)] = PointerTo(random, _rootTargets);
        for (int i = 0; i < GoroutineCount; i++)
        {
            AddGoroutine(random, dead: i == 0);
        }
    }

    /// <summary>Adds a goroutine with one frame: a pointer, what looks like one, and null.</summary>
    private void AddGoroutine(Random random, bool dead)
    {
        nuint words = (nuint)(sizeof(StackSegment) / sizeof(nint)) + FrameHeader.Words + FrameSlots;
        var segment = (StackSegment*)NativeSync.Allocate<nint>(words, "stack");
        G* g = NativeSync.Allocate<G>(1, "g");
        FrameMapData* map = NativeSync.Allocate<FrameMapData>(1, "map");
        uint* bits = NativeSync.Allocate<uint>(1, "bits");
        _blocks.AddRange([(nint)segment, (nint)g, (nint)map, (nint)bits]);
        *bits = FrameMapData.Pointer | (FrameMapData.Pointer << (2 * FrameMapData.BitsPerSlot));
        *map = new FrameMapData { SlotCount = FrameSlots, Locals = FrameSlots, LocalsMapped = true, Bits = bits };
        *segment = new StackSegment { Capacity = 5, Used = 5 };
        *(FrameHeader*)StackSegment.WordsOf(segment) =
            new FrameHeader { PreviousFrame = -1, SlotCount = FrameSlots, Map = map };
        nint* slots = StackSegment.WordsOf(segment) + FrameHeader.Words;
        slots[0] = PointerTo(random, dead ? null : _rootTargets);
        slots[1] = PointerTo(random, null);
        g->Stack = segment;
        g->Status = dead ? GoroutineStatus.Dead : GoroutineStatus.Waiting;
        _goroutines.Add(g);
    }

    private sealed record Node(nint Start, int Words, int[] PointerWords)
    {
        internal HashSet<int> Targets { get; } = [];
    }
}
