using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Dumps;

/// <summary>
/// Writes what a heap holds, by the walks of the oracles: roots, objects and what refers to what are found without the
/// collector's own marks, which are clear after a collection.
/// </summary>
/// <remarks>
/// Called from <see cref="CollectionObserver.CollectionEnded"/>, while the world is stopped and the thread caches are
/// empty. Takes as long as there are objects.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="world">The world whose heap it is.</param>
public sealed unsafe class HeapDumpWriter<TSync>(World<TSync> world)
    where TSync : struct, ISync
{
    private readonly HeapGeometry<TSync> _geometry = new(world.Heap, world.Options.PageBytes);
    private readonly HashSet<nint> _free = [];
    private readonly List<long> _to = [];

    /// <summary>Writes the whole dump.</summary>
    /// <param name="output">Where to; it is flushed.</param>
    /// <param name="collection">The collection that has ended.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(Stream output, long collection)
    {
        ArgumentNullException.ThrowIfNull(output);
        _geometry.Read();
        _free.Clear();
        HeapDumpText.Write(output, new HeapLine(
            HeapLine.CurrentVersion,
            collection,
            _geometry.Start,
            _geometry.End - _geometry.Start,
            world.Options.PageBytes));
        WriteSpans(output);
        foreach (GoroutineInfo g in world.Scheduler.ListStopped())
        {
            HeapDumpText.Write(output, new GoroutineLine(g.Id, g.Status, g.WaitReason, g.FrameSlots));
        }

        new RootReader<TSync>(world.Globals, world.Goroutines, world.Heap, world.Options.StackScan)
            .Visit((value, isPrecise, place) => WriteRoot(output, value, isPrecise, place));
        WriteFinalizers(output);
        HeapDumpText.Write(output, new EndLine(WriteObjects(output)));
        output.Flush();
    }

    private void WriteSpans(Stream output)
    {
        foreach (HeapSpan span in _geometry.Spans)
        {
            Span* source = world.Heap.SpanAt(span.Index);
            int free = 0;
            for (nint item = TSync.Read(&source->FreeList); item != 0; item = TSync.Read((nint*)item))
            {
                _free.Add(item);
                free++;
            }

            string types = SpanTypes<TSync>.CompressionOf(source).ToString().ToLowerInvariant();
            HeapDumpText.Write(
                output, new SpanLine(span.Index, span.Start, span.ElementBytes, span.Capacity, free, types));
        }
    }

    private void WriteRoot(Stream output, nint value, bool isPrecise, RootPlace place)
    {
        if (TryFindUsed(value, out nint start))
        {
            HeapDumpText.Write(
                output, new RootLine(NameOf(place.Kind), place.ToString(), place.Goroutine, isPrecise, start));
        }
    }

    private void WriteFinalizers(Stream output)
    {
        FinalizerBlock* block = world.Heap.FinalizerQueue.AllBlocks;
        for (; block != null; block = TSync.Read(&block->AllLink))
        {
            for (int i = 0; i < TSync.Read(&block->Count); i++)
            {
                long target = TSync.Read(&FinalizerBlock.ItemOf(block, i)->Target);

                // One that has run is 0 until its block is empty.
                if (target != 0)
                {
                    HeapDumpText.Write(output, new FinalizerLine(target, Queued: true));
                }
            }
        }

        foreach (HeapSpan span in _geometry.Spans)
        {
            FinalizerRecord* record = TSync.Read(&world.Heap.SpanAt(span.Index)->Finalizers);
            for (; record != null; record = TSync.Read(&record->Next))
            {
                HeapDumpText.Write(output, new FinalizerLine(TSync.Read(&record->Target), Queued: false));
            }
        }
    }

    private long WriteObjects(Stream output)
    {
        long count = 0;
        var reader = new ObjectReader<TSync>(world.Heap, (value, _) =>
        {
            if (TryFindUsed(value, out nint target))
            {
                _to.Add(target);
            }
        });
        foreach (HeapSpan span in _geometry.Spans)
        {
            for (int i = 0; i < span.Capacity; i++)
            {
                nint start = span.Start + (i * span.ElementBytes);
                if (!_free.Contains(start))
                {
                    _to.Clear();
                    reader.Visit(start, span);
                    HeapDumpText.Write(output, new ObjectLine(start, span.Index, TypeOf(start, span), _to));
                    count++;
                }
            }
        }

        return count;
    }

    private string TypeOf(nint start, in HeapSpan span)
    {
        if (!world.Heap.Bitmap.IsScan(start))
        {
            return ObjectLine.NoPointers;
        }

        TypeInfo* type = Heap<TSync>.TypeOf(world.Heap.SpanAt(span.Index), start);
        return type == null ? ObjectLine.Conservative : TypeTable<TSync>.NameOf(type);
    }

    /// <summary>The object that a word leads to, unless it is free: then the word only looks like a pointer.</summary>
    private bool TryFindUsed(nint value, out nint start)
        => _geometry.TryFind(value, out start, out _) && !_free.Contains(start);

    private static string NameOf(RootKind kind) => kind switch
    {
        RootKind.Data => "data",
        RootKind.Bss => "bss",
        RootKind.Frame => "frame",
        RootKind.Context => "context",
        RootKind.QueuedFinalizer => "queued-finalizer",
        _ => "finalizer",
    };
}
