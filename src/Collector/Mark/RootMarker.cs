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
            case (long)RootJob.SpanTypes:
                // No object has a finalizer, and type tables lie outside the heap: nothing to scan. The jobs keep
                // their places, so that a job has the number that it has in the seed.
                break;
            case (long)RootJob.FlushCaches:
                _heap.FlushAllCaches();
                break;
            default:
                long index = job - (long)RootJob.Count;
                if (index < 0 || index >= TSync.Read(&_state->Goroutines))
                {
                    throw new CorruptionException($"root job {job} of {JobCount}");
                }

                StackScanner<TSync>.AddStackRoots(_goroutines[index], worker, TSync.Read(&_state->Now), sink);
                break;
        }
    }

    /// <summary>Frees its state. No worker is left.</summary>
    public void Dispose() => TSync.Free(_state);

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
