using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Finds the roots, job by job, and marks from them. The seed's <c>markroot</c>.</summary>
/// <remarks>The world is stopped. Each job runs once a collection, concurrently with the others and with marking.</remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class RootMarker<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly Heap<TSync> _heap;
    private readonly AllGoroutines<TSync> _goroutines;
    private readonly Globals<TSync> _globals;
    private readonly ObjectScanner<TSync> _scanner;
    private readonly StackScan _stackScan;
    private readonly CollectionObserver? _observer;
    private readonly State* _state;

    internal RootMarker(
        WorldOptions options,
        Heap<TSync> heap,
        AllGoroutines<TSync> goroutines,
        Globals<TSync> globals,
        ObjectScanner<TSync> scanner)
    {
        _heap = heap;
        _goroutines = goroutines;
        _globals = globals;
        _scanner = scanner;
        _stackScan = options.StackScan;
        _observer = options.Observer;
        _state = TSync.Allocate<State>(1, "roots");
    }

    /// <summary>How many jobs there are in this collection.</summary>
    internal long JobCount => (long)RootJob.Count + TSync.Read(&_state->Goroutines);

    /// <summary>Takes note of what there is to scan; while the world is stopped, before the workers start.</summary>
    /// <param name="now">The time, in nanoseconds.</param>
    internal void Setup(long now)
    {
        TSync.Write(&_state->Now, now);
        TSync.Write(&_state->Goroutines, _goroutines.Count);
    }

    /// <summary>Runs a job: finds its roots and marks what they lead to, except what other workers take over.</summary>
    /// <param name="job">Which.</param>
    /// <param name="worker">The calling worker.</param>
    /// <exception cref="CorruptionException">There is no such job, or what it scans is malformed.</exception>
    internal void MarkRoot(long job, int worker)
    {
        _scanner.Start(worker);
        AddRoots(job, worker, _scanner);
        _scanner.Scan(worker, keepWorking: false);
    }

    /// <summary>Finds the roots of a job.</summary>
    /// <param name="job">Which.</param>
    /// <param name="worker">The calling worker.</param>
    /// <param name="sink">Where they go.</param>
    /// <exception cref="CorruptionException">There is no such job, or what it scans is malformed.</exception>
    internal void AddRoots(long job, int worker, IRootSink sink)
    {
        _observer?.RootJobStarted(job);
        switch (job)
        {
            case (long)RootJob.Data:
                AddWords(_globals.Data, _globals.DataWords, worker, sink);
                break;
            case (long)RootJob.Bss:
                AddWords(_globals.Bss, _globals.BssWords, worker, sink);
                break;
            case (long)RootJob.Finalizers:
                AddQueuedFinalizers(worker, sink);
                break;
            case (long)RootJob.SpanTypes:
                AddSpans(worker, sink);
                break;
            case (long)RootJob.FlushCaches:
                _heap.FlushAllCaches();
                break;
            default:
                long index = job - (long)RootJob.Count;
                if (index < 0 || index >= TSync.Read(&_state->Goroutines))
                {
                    throw new CorruptionException($"root job {job} of {JobCount}: bad index");
                }

                StackScanner<TSync>.AddStackRoots(
                    _goroutines[index], worker, TSync.Read(&_state->Now), _stackScan, sink);
                break;
        }
    }

    /// <summary>Frees its state. No worker is left.</summary>
    public void Dispose() => TSync.Free(_state);

    /// <summary>Adds the finalizers that wait to run or run, and so their objects and all that these need.</summary>
    private void AddQueuedFinalizers(int worker, IRootSink sink)
    {
        FinalizerBlock* block = _heap.FinalizerQueue.AllBlocks;
        for (; block != null; block = TSync.Read(&block->AllLink))
        {
            int count = TSync.Read(&block->Count);
            if (count > 0)
            {
                nint first = (nint)FinalizerBlock.ItemOf(block, 0);
                sink.Add(worker, first, (nuint)count * (nuint)sizeof(QueuedFinalizer), null);
            }
        }
    }

    /// <summary>
    /// Adds what the finalizers of objects need. (Type tables, which the seed marks here, too, lie outside the heap.)
    /// </summary>
    private void AddSpans(int worker, IRootSink sink)
    {
        for (int i = 0; i < _heap.SpanCount && _heap.FinalizerRecords.Any; i++)
        {
            Span* span = _heap.SpanAt(i);
            FinalizerRecord* record = TSync.Read(&span->Finalizers);
            for (; record != null; record = TSync.Read(&record->Next))
            {
                AddFinalizer(span, record, worker, sink);
            }
        }
    }

    /// <summary>
    /// Adds what a finalizer needs. Its object is scanned but not marked, so that all it points to is kept and the sweep
    /// still sees whether anything leads to it.
    /// </summary>
    private void AddFinalizer(Span* span, FinalizerRecord* record, int worker, IRootSink sink)
    {
        nint target = TSync.Read(&record->Target);
        if (_heap.Bitmap.IsScan(target))
        {
            sink.Add(worker, target, TSync.RacyRead(&span->ElementSize), Heap<TSync>.TypeOf(span, target));
        }

        sink.Add(worker, (nint)(&record->Roots), FinalizerRoots.Bytes, null);
    }

    private static void AddWords(nint* words, int count, int worker, IRootSink sink)
        => sink.Add(worker, (nint)words, (nuint)count * (nuint)sizeof(nint), null);

    /// <summary>Written while the world is stopped, before the workers start; constant while they run.</summary>
    private struct State
    {
        /// <summary>When the collection started, in nanoseconds.</summary>
        internal long Now;

        /// <summary>How many goroutines there are.</summary>
        internal long Goroutines;
    }
}
