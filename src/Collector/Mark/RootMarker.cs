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
    private readonly RootPlan<TSync> _plan;

    /// <summary>When the collection started, in nanoseconds: written before the workers start, constant while they run.</summary>
    private readonly long* _now;

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
        _plan = new RootPlan<TSync>(
            options.RootStrategy == RootStrategy.Collected ? 0 : options.RootJobsPerWorker);
        _now = TSync.Allocate<long>(1, "roots.now");
    }

    /// <summary>How many jobs there are in this collection.</summary>
    internal long JobCount => _plan.JobCount;

    /// <summary>Takes note of what there is to scan; while the world is stopped, before the workers start.</summary>
    /// <param name="workers">How many workers there will be.</param>
    /// <param name="now">The time, in nanoseconds.</param>
    internal void Setup(int workers, long now)
    {
        TSync.Write(_now, now);
        _plan.Clear(workers);
        _plan.Append(RootJobKind.Data, _globals.DataWords);
        _plan.Append(RootJobKind.Bss, _globals.BssWords);
        _plan.Append(RootJobKind.Finalizers, 1);
        _plan.Append(RootJobKind.SpanTypes, _heap.SpanCount);
        _plan.Append(RootJobKind.FlushCaches, _heap.CacheCount);
        _plan.Append(RootJobKind.Goroutines, _goroutines.Count);
    }

    /// <summary>Runs a job: finds its roots and marks what they lead to, except what other workers take over.</summary>
    /// <param name="job">Its number.</param>
    /// <param name="worker">The calling worker.</param>
    /// <exception cref="CorruptionException">There is no such job, or what it scans is malformed.</exception>
    internal void MarkRoot(long job, int worker)
    {
        _scanner.Start(worker);
        AddRoots(job, worker, _scanner);
        _scanner.Scan(worker, keepWorking: false);
    }

    /// <summary>Finds the roots of a job.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="worker">The calling worker.</param>
    /// <param name="sink">Where they go.</param>
    /// <exception cref="CorruptionException">There is no such job, or what it scans is malformed.</exception>
    internal void AddRoots(long number, int worker, IRootSink sink)
    {
        RootJob job = _plan.JobOf(number);
        _observer?.RootJobStarted(job);
        switch (job.Kind)
        {
            case RootJobKind.Data:
                AddWords(_globals.Data, job, worker, sink);
                break;
            case RootJobKind.Bss:
                AddWords(_globals.Bss, job, worker, sink);
                break;
            case RootJobKind.Finalizers:
                AddQueuedFinalizers(worker, sink);
                break;
            case RootJobKind.SpanTypes:
                AddSpans(job, worker, sink);
                break;
            case RootJobKind.FlushCaches:
                FlushCaches(job);
                break;
            case RootJobKind.Goroutines:
                AddStacks(job, worker, sink);
                break;
        }
    }

    /// <summary>Frees its state. No worker is left.</summary>
    public void Dispose()
    {
        TSync.Free(_now);
        _plan.Dispose();
    }

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
    private void AddSpans(in RootJob job, int worker, IRootSink sink)
    {
        for (long i = job.First; i < job.End && _heap.FinalizerRecords.Any; i++)
        {
            Span* span = _heap.SpanAt((int)i);
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

    private void FlushCaches(in RootJob job)
    {
        for (long i = job.First; i < job.End; i++)
        {
            _heap.FlushCache((int)i);
        }
    }

    private void AddStacks(in RootJob job, int worker, IRootSink sink)
    {
        long now = TSync.Read(_now);
        for (long i = job.First; i < job.End; i++)
        {
            StackScanner<TSync>.AddStackRoots(_goroutines[i], worker, now, _stackScan, sink);
        }
    }

    private static void AddWords(nint* words, in RootJob job, int worker, IRootSink sink)
        => sink.Add(worker, (nint)(words + job.First), (nuint)(job.End - job.First) * (nuint)sizeof(nint), null);
}
