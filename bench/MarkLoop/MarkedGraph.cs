using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>A production heap with a graph of typed objects, and one word outside it that is the root of all.</summary>
internal sealed unsafe class MarkedGraph : IDisposable
{
    private static readonly TypeShape s_node = new("node", 64, 0, 16, 40, 56);
    private static readonly TypeShape s_pair = new("pair", 16, 0, 8);
    private static readonly TypeShape s_pointer = new("pointer", 8, 0);

    private readonly TypeTable<NativeSync> _types = new();
    private readonly ThreadCache* _cache;

    /// <summary>Allocates the objects and links them.</summary>
    /// <param name="shape">How they hang together.</param>
    /// <param name="count">How many objects.</param>
    /// <param name="options">The heap's options; the arena has room for the objects.</param>
    /// <param name="seed">The random links' seed.</param>
    internal MarkedGraph(GraphShape shape, int count, WorldOptions options, int seed)
    {
        Heap = new Heap<NativeSync>(options);
        _cache = Heap.CreateCache();
        Root = (nint)NativeSync.Allocate<nint>(1, "root");
        var random = new Random(seed);
        *(nint*)Root = shape switch
        {
            GraphShape.Random => LinkAtRandom(Allocate(s_node, count), random),
            GraphShape.Chain => LinkInARow(Allocate(s_pair, count), random),
            _ => PointToAll(Allocate(s_pair, count)),
        };
        Heap.FlushAllCaches();
    }

    /// <summary>The heap.</summary>
    internal Heap<NativeSync> Heap { get; }

    /// <summary>The address of the word that holds the root.</summary>
    internal nint Root { get; }

    /// <summary>Clears all marks.</summary>
    internal void ClearMarks() => Heap.Bitmap.ClearMarks(Heap.ArenaStart, Heap.ArenaUsed);

    /// <summary>Which words of the heap are marked, as numbers of words from its start.</summary>
    internal List<nint> ReadMarks()
    {
        var marked = new List<nint>();
        for (nint address = Heap.ArenaStart; address < Heap.ArenaUsed; address += sizeof(nint))
        {
            if (Heap.Bitmap.IsMarked(address))
            {
                marked.Add((address - Heap.ArenaStart) / sizeof(nint));
            }
        }

        return marked;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeSync.Free((void*)Root);
        _types.Dispose();
        Heap.Dispose();
    }

    private nint[] Allocate(TypeShape shape, int count)
    {
        TypeInfo* type = _types.Register(shape).Info;
        var objects = new nint[count];
        for (int i = 0; i < count; i++)
        {
            objects[i] = Allocate(type, (nuint)shape.Size);
        }

        return objects;
    }

    private nint Allocate(TypeInfo* type, nuint bytes)
    {
        nint address = Heap.TryAllocate(_cache, bytes, type, AllocationKind.Typed);
        return address != 0 ? address : throw new InsufficientMemoryException("the arena has no room for the graph");
    }

    private static nint LinkAtRandom(nint[] objects, Random random)
    {
        foreach (nint node in objects)
        {
            foreach (int offset in s_node.PointerOffsets)
            {
                *(nint*)(node + offset) = objects[random.Next(objects.Length)];
            }
        }

        return objects[0];
    }

    private static nint LinkInARow(nint[] objects, Random random)
    {
        random.Shuffle(objects);
        for (int i = 0; i + 1 < objects.Length; i++)
        {
            *(nint*)objects[i] = objects[i + 1];
        }

        return objects[0];
    }

    private nint PointToAll(nint[] objects)
    {
        nint array = Allocate(_types.Register(s_pointer).Info, (nuint)objects.Length * (nuint)sizeof(nint));
        objects.AsSpan().CopyTo(new Span<nint>((void*)array, objects.Length));
        return array;
    }
}
