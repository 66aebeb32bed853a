using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// Draws a heap for whoever explains a failure: the roots, the objects of each span, and what refers to what. What is
/// reachable is found by an independent walk, what is free by the free lists, what is marked by the collector's bitmap.
/// </summary>
/// <remarks>Drawn between any two operations, so that what it finds may be half changed: it requires nothing.</remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class HeapPicture<TSync>
    where TSync : struct, ISync
{
    /// <summary>No picture has more objects, since nobody would find anything in it.</summary>
    private const int MaxObjects = 400;

    private readonly Heap<TSync> _heap;
    private readonly HeapGeometry<TSync> _geometry;
    private readonly RootReader<TSync> _roots;
    private readonly ObjectReader<TSync> _objects;
    private readonly Func<nint, string?> _nameOf;
    private readonly HashSet<nint> _free = [];
    private readonly HashSet<nint> _reached = [];
    private readonly Queue<(nint Start, HeapSpan Span)> _queue = [];
    private readonly List<PictureBox> _rootBoxes = [];
    private readonly List<PictureArrow> _arrows = [];

    /// <summary>The box whose references are followed.</summary>
    private string _from = "";

    private HeapPicture(
        Heap<TSync> heap,
        Globals<TSync> globals,
        AllGoroutines<TSync> goroutines,
        int pageBytes,
        Func<nint, string?> nameOf)
    {
        _heap = heap;
        _geometry = new HeapGeometry<TSync>(heap, pageBytes);
        _roots = new RootReader<TSync>(globals, goroutines, heap);
        _objects = new ObjectReader<TSync>(heap, Follow);
        _nameOf = nameOf;
    }

    /// <summary>Offers pictures of a world's heap to the engine.</summary>
    /// <param name="world">The world; it outlives the execution, or the engine copes.</param>
    /// <param name="nameOf">What a model calls the object at an address, or null.</param>
    internal static void Offer(World<TSync> world, Func<nint, string?>? nameOf = null)
        => Offer(world.Heap, world.Globals, world.Goroutines, world.Options.PageBytes, nameOf);

    /// <summary>Offers pictures of a heap to the engine.</summary>
    internal static void Offer(
        Heap<TSync> heap,
        Globals<TSync> globals,
        AllGoroutines<TSync> goroutines,
        int pageBytes,
        Func<nint, string?>? nameOf = null)
        => TSync.OfferPicture(
            new HeapPicture<TSync>(heap, globals, goroutines, pageBytes, nameOf ?? (static _ => null)).Draw);

    private StatePicture Draw()
    {
        _free.Clear();
        _reached.Clear();
        _queue.Clear();
        _rootBoxes.Clear();
        _arrows.Clear();
        _geometry.Read();
        FindFree();
        _roots.Visit(VisitRoot, mayRun: true);
        while (_queue.TryDequeue(out (nint Start, HeapSpan Span) item))
        {
            _from = IdOf(item.Start, item.Span);
            _objects.Visit(item.Start, item.Span);
        }

        var groups = new List<PictureGroup> { new("roots", [.. _rootBoxes]) };
        int left = MaxObjects;
        foreach (HeapSpan span in _geometry.Spans)
        {
            var boxes = new List<PictureBox>();
            for (int number = 0; number < span.Capacity && left > 0; number++, left--)
            {
                boxes.Add(DrawObject(span, number));
            }

            groups.Add(new PictureGroup($"span {span.Index}: {span.Capacity} x {span.ElementBytes} bytes", boxes));
        }

        return new StatePicture(groups, [.. _arrows.Distinct()]);
    }

    private void FindFree()
    {
        foreach (HeapSpan span in _geometry.Spans)
        {
            AddFree(TSync.Read(&_heap.SpanAt(span.Index)->FreeList));
        }

        _heap.VisitCachedLists(AddFree);
    }

    /// <summary>Adds the objects of a free list, which may lead anywhere if it is broken.</summary>
    private void AddFree(nint first)
    {
        for (nint item = first; _geometry.TryFind(item, out _, out _) && _free.Add(item);)
        {
            item = TSync.Read((nint*)item);
        }
    }

    private void VisitRoot(nint value, bool isPrecise, RootPlace place)
    {
        string id = place.ToString();
        string label = place.Kind == RootKind.Frame ? $"g{place.Goroutine}:{place.Frame}.{place.Slot}" : id;
        _rootBoxes.Add(new PictureBox(id, label, isPrecise ? id : id + ", conservative", BoxStates.Root));
        _from = id;
        Follow(value, isPrecise);
    }

    /// <summary>Takes a word: one that only may be a pointer leads somewhere just the same.</summary>
    private void Follow(nint value, bool isPrecise)
    {
        if (_geometry.TryFind(value, out nint start, out HeapSpan span))
        {
            _arrows.Add(new PictureArrow(_from, IdOf(start, span), IsCertain: isPrecise));
            if (_reached.Add(start))
            {
                _queue.Enqueue((start, span));
            }
        }
    }

    private PictureBox DrawObject(in HeapSpan span, int number)
    {
        nint start = span.Start + (number * span.ElementBytes);
        BoxStates states = (_reached.Contains(start) ? BoxStates.Reachable : BoxStates.None)
            | (_free.Contains(start) ? BoxStates.None : BoxStates.Allocated)
            | (_heap.Bitmap.IsMarked(start) ? BoxStates.Marked : BoxStates.None);
        string? name = _nameOf(start);
        string node = name is null ? "" : $", node {name} of the model";
        string detail = $"object {number} of span {span.Index}, {span.ElementBytes} bytes at 0x{start:x}{node}";
        return new PictureBox(IdOf(start, span), name ?? $"{span.Index}.{number}", detail, states);
    }

    private static string IdOf(nint start, in HeapSpan span)
        => $"object {(start - span.Start) / span.ElementBytes} of span {span.Index}";
}
