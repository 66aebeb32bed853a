using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// A second, naive collection that frees nothing and only compares: an oracle after each collection, while the world
/// is still stopped. From the roots it finds every object by the geometry of spans and by types, then requires that
/// <list type="bullet">
/// <item>each is allocated and not on a free list, and every pointer in it leads to an object;</item>
/// <item>where every root and object is precise, nothing else survived;</item>
/// <item>every object that has a finalizer is reachable;</item>
/// <item>no mark is left, and the heap's own invariants hold.</item>
/// </list>
/// </summary>
/// <remarks>
/// Linear in the heap, and its tables are kept from one call to the next. One thread at a time calls, from
/// <see cref="CollectionObserver.CollectionEnded"/>; all reads of the heap go through the seam.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
public sealed unsafe class HeapVerifier<TSync>
    where TSync : struct, ISync
{
    private const int FirstCapacity = 64;

    private readonly Heap<TSync> _heap;
    private readonly HeapGeometry<TSync> _geometry;
    private readonly RootReader<TSync> _roots;
    private readonly RootReader<TSync>.Visitor _visitRoot;
    private readonly ObjectReader<TSync> _objects;
    private readonly ObjectSet _free = new();
    private readonly ObjectSet _reached = new();
    private readonly List<RootPlace> _rootPlaces = [];

    /// <summary>The objects that were reached, in that order: the queue of a breadth-first walk.</summary>
    private nint[] _reachedObjects = new nint[FirstCapacity];

    /// <summary>For each, the number of the object that led to it, or the complement of its root's.</summary>
    private int[] _parents = new int[FirstCapacity];

    private int _count;

    /// <summary>The number of the object whose words are visited.</summary>
    private int _visited;

    private bool _isPrecise;

    /// <summary>Creates a verifier; once a world.</summary>
    /// <param name="world">The world whose heap it verifies.</param>
    public HeapVerifier(World<TSync> world)
    {
        ArgumentNullException.ThrowIfNull(world);
        _heap = world.Heap;
        _geometry = new HeapGeometry<TSync>(world.Heap, world.Options.PageBytes);
        _roots = new RootReader<TSync>(world.Globals, world.Goroutines, world.Heap, world.Options.StackScan);
        _objects = new ObjectReader<TSync>(world.Heap, VisitWord);
        _visitRoot = VisitRoot;
    }

    /// <summary>How many objects the last call found reachable.</summary>
    public long ReachableObjects => _count;

    /// <summary>Verifies the heap right after a collection; while the world is stopped.</summary>
    /// <exception cref="OracleException">What must hold does not; names the object and the path to it.</exception>
    /// <exception cref="CorruptionException">The heap's own check fails.</exception>
    public void Verify()
    {
        _geometry.Read();
        _free.Clear(_geometry.Start, _geometry.End);
        _reached.Clear(_geometry.Start, _geometry.End);
        _rootPlaces.Clear();
        _count = 0;
        _isPrecise = true;
        long live = 0;
        foreach (HeapSpan span in _geometry.Spans)
        {
            live += span.Capacity - ReadFreeList(span);
        }

        _roots.Visit(_visitRoot);
        for (int i = 0; i < _count; i++)
        {
            VisitObject(i);
        }

        if (_isPrecise && live != _count)
        {
            throw Survivor(live);
        }

        RequireFinalizersOfReachable();

        RequireNoMarks();
        _heap.CheckInvariants();
    }

    /// <summary>Verifies that no object is marked; while the world is stopped, before a collection marks.</summary>
    /// <exception cref="OracleException">One is.</exception>
    public void VerifyUnmarked()
    {
        _geometry.Read();
        RequireNoMarks();
    }

    /// <summary>Takes the free objects of a span down.</summary>
    /// <returns>How many there are.</returns>
    private int ReadFreeList(in HeapSpan span)
    {
        Span* source = _heap.SpanAt(span.Index);
        int count = 0;
        for (nint free = TSync.Read(&source->FreeList); free != 0; free = TSync.Read((nint*)free))
        {
            if (free < span.Start || free >= span.End || (free - span.Start) % span.ElementBytes != 0)
            {
                throw new OracleException(
                    $"0x{free:x} is on the free list of span {span.Index}, where no object starts there");
            }

            if (!_free.Add(free))
            {
                throw new OracleException($"{Describe(free, span)} is twice on its free list");
            }

            count++;
        }

        int references = TSync.Read(&source->References);
        if (count != span.Capacity - references)
        {
            throw new OracleException(
                $"span {span.Index} of {span.Capacity} objects has {references} of them out, but {count} free ones");
        }

        return count;
    }

    private void VisitRoot(nint value, bool isPrecise, RootPlace place)
    {
        _rootPlaces.Add(place);
        if (!Reach(value, isPrecise, ~(_rootPlaces.Count - 1)))
        {
            // Only roots that some path starts from are told of.
            _rootPlaces.RemoveAt(_rootPlaces.Count - 1);
        }
    }

    private void VisitObject(int number)
    {
        nint start = _reachedObjects[number];
        _geometry.TryFind(start, out _, out HeapSpan span);
        _visited = number;
        _objects.Visit(start, span);
    }

    private void VisitWord(nint value, bool isPrecise) => Reach(value, isPrecise, _visited);

    /// <summary>Takes a word that is a pointer, or may be one.</summary>
    /// <returns>Whether it reached an object for the first time.</returns>
    private bool Reach(nint address, bool isPrecise, int parent)
    {
        _isPrecise &= isPrecise;
        if (address == 0)
        {
            return false;
        }

        if (!_geometry.TryFind(address, out nint start, out HeapSpan span))
        {
            bool isOutside = address < _geometry.Start || address >= _geometry.End;
            Require(isOutside || !isPrecise, address, parent, "leads to memory of the heap that holds no object");
            return false;
        }

        if (_reached.Contains(start))
        {
            return false;
        }

        bool isFree = _free.Contains(start);
        if (isFree || !_heap.Bitmap.IsAllocated(start))
        {
            string message = isFree ? "is reachable but on a free list" : "is reachable but not allocated";
            Require(!isPrecise, start, parent, message, span);
            return false;
        }

        _reached.Add(start);
        if (_count == _reachedObjects.Length)
        {
            Array.Resize(ref _reachedObjects, 2 * _count);
            Array.Resize(ref _parents, 2 * _count);
        }

        _reachedObjects[_count] = start;
        _parents[_count] = parent;
        _count++;
        return true;
    }

    /// <summary>The finalizers of unreachable objects are on the queue: none is left with its object.</summary>
    private void RequireFinalizersOfReachable()
    {
        foreach (HeapSpan span in _geometry.Spans)
        {
            FinalizerRecord* record = TSync.Read(&_heap.SpanAt(span.Index)->Finalizers);
            nint last = 0;
            for (; record != null; record = TSync.Read(&record->Next))
            {
                nint target = TSync.Read(&record->Target);
                if (target <= last || !_reached.Contains(target))
                {
                    string message = target <= last
                        ? "is out of order on the list of finalizers of its span"
                        : "is not reachable, but its finalizer is not to be run";
                    throw new OracleException($"{Describe(target, span)} {message}");
                }

                last = target;
            }
        }
    }

    private void RequireNoMarks()
    {
        foreach (HeapSpan span in _geometry.Spans)
        {
            for (nint address = span.Start; address < span.End; address += span.ElementBytes)
            {
                if (_heap.Bitmap.IsMarked(address))
                {
                    throw new OracleException($"{Describe(address, span)} is marked, and no collection marks");
                }
            }
        }
    }

    private void Require(bool condition, nint address, int parent, string message, HeapSpan span = default)
    {
        if (!condition)
        {
            string name = span.Capacity == 0 ? $"0x{address:x}" : Describe(address, span);
            throw new OracleException($"{name} {message}; path: {PathTo(parent)}");
        }
    }

    /// <summary>The complaint that more objects are allocated than can be reached, with one of them.</summary>
    private OracleException Survivor(long live)
    {
        string first = "";
        foreach (HeapSpan span in _geometry.Spans)
        {
            for (nint address = span.Start; address < span.End && first.Length == 0; address += span.ElementBytes)
            {
                if (!_free.Contains(address) && !_reached.Contains(address))
                {
                    first = Describe(address, span);
                }
            }
        }

        return new OracleException(
            $"{live} objects are allocated after the sweep, but {_count} are reachable; {first} is not");
    }

    /// <summary>The objects from a root to an object.</summary>
    private string PathTo(int parent)
    {
        var steps = new List<string>();
        for (; parent >= 0; parent = _parents[parent])
        {
            _geometry.TryFind(_reachedObjects[parent], out nint start, out HeapSpan span);
            steps.Add(Describe(start, span));
        }

        steps.Add(_rootPlaces[~parent].ToString());
        steps.Reverse();
        return string.Join(" -> ", steps);
    }

    private string Describe(nint address, in HeapSpan span)
        => $"object 0x{address:x} ({span.ElementBytes} bytes, {DescribeType(address, span)}, "
            + $"number {(address - span.Start) / span.ElementBytes} of span {span.Index})";

    private string DescribeType(nint address, in HeapSpan span)
    {
        if (!_heap.Bitmap.IsScan(address))
        {
            return "no pointers";
        }

        TypeInfo* type = Heap<TSync>.TypeOf(_heap.SpanAt(span.Index), address);
        return type == null ? "conservative" : $"a type of {TSync.Read(&type->Size)} bytes";
    }
}
