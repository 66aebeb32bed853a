using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Frees what is not marked, a span at a time; each span is one worker's alone. The seed's <c>sweepspan</c>.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class Sweeper<TSync>
    where TSync : struct, ISync
{
    private const nuint WordBytes = 8;

    private readonly Heap<TSync> _heap;
    private readonly Bitmap<TSync> _bitmap;

    internal Sweeper(Heap<TSync> heap)
    {
        _heap = heap;
        _bitmap = heap.Bitmap;
    }

    /// <summary>Sweeps a span, if it is in use; after all marking and flushing has ended.</summary>
    /// <param name="index">Its index among all spans.</param>
    /// <param name="cache">The cache to count into.</param>
    internal void SweepSpan(int index, ThreadCache* cache)
    {
        Span* span = _heap.SpanAt(index);

        // Others may free their spans meanwhile and join free neighbours, but only the caller frees this one.
        if (TSync.VolatileRead(&span->State) != SpanState.InUse)
        {
            return;
        }

        nint start = TSync.RacyRead(&span->Start);
        nuint elementSize = TSync.RacyRead(&span->ElementSize);
        MarkFreeObjects(span);
        QueueFinalizers(span);
        if (TSync.Read(&span->SizeClass) == 0)
        {
            SweepLarge(span, start, cache);
            return;
        }

        nint first = 0;
        nint last = 0;
        int freed = 0;
        nint end = TSync.RacyRead(&span->Limit);
        for (nint address = end - (nint)elementSize; address >= start; address -= (nint)elementSize)
        {
            if (_bitmap.IsMarked(address))
            {
                continue;
            }

            _bitmap.ClearScan(address);
            TSync.Poison((void*)address, elementSize);
            TSync.Write((nint*)address, first);
            if (elementSize > WordBytes)
            {
                TSync.Write((nint*)address + 1, CentralList<TSync>.Dirty);
            }

            last = last == 0 ? address : last;
            first = address;
            freed++;
        }

        _bitmap.ClearMarks(start, end);
        if (freed > 0)
        {
            CountFreed(cache, span, freed);
            _heap.FreeSmall(span, first, last, freed);
        }
    }

    private void SweepLarge(Span* span, nint start, ThreadCache* cache)
    {
        bool marked = _bitmap.IsMarked(start);
        _bitmap.ClearMarks(start, start + 1);
        if (!marked)
        {
            CountFreed(cache, span, 1);
            _heap.FreeLarge(span);
        }
    }

    /// <summary>Marks the objects that are free already, so that they are not freed again.</summary>
    private void MarkFreeObjects(Span* span)
    {
        for (nint free = TSync.Read(&span->FreeList); free != 0; free = TSync.Read((nint*)free))
        {
            _bitmap.SetMark(free);
        }
    }

    /// <summary>
    /// Queues the finalizers of objects that are not marked, and keeps these for one more cycle, since their finalizers
    /// are given them. What they need is marked: the roots have led to it.
    /// </summary>
    private void QueueFinalizers(Span* span)
    {
        FinalizerRecord** link = &span->Finalizers;
        FinalizerRecord* record;
        while ((record = TSync.Read(link)) != null)
        {
            nint target = TSync.Read(&record->Target);
            if (_bitmap.IsMarked(target))
            {
                link = &record->Next;
                continue;
            }

            TSync.Write(link, TSync.Read(&record->Next));
            _heap.FinalizerQueue.Append(record);
            _heap.FinalizerRecords.Give(record);
            _bitmap.SetMark(target);
        }
    }

    private static void CountFreed(ThreadCache* cache, Span* span, long objects)
    {
        TSync.Write(&cache->Frees, TSync.Read(&cache->Frees) + objects);
        long* frees = TSync.Read(&cache->FreesBySize) + TSync.Read(&span->SizeClass);
        TSync.Write(frees, TSync.Read(frees) + objects);
    }
}
