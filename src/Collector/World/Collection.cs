using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The collection cycle: stops the world, marks and sweeps with helpers, starts the world. The seed's
/// <c>runtime·gc</c>, <c>gc</c> and <c>gchelper</c>.
/// </summary>
/// <remarks>
/// <para>
/// Invariant: between <c>StopTheWorld</c> and <c>StartTheWorld</c> no goroutine runs, and every worker that was woken
/// has counted itself done before the world starts.
/// </para>
/// <para>
/// An exception of any worker ends the collection for all and the world with it, since the heap is marked or swept
/// half: workers that wait for the one that failed stop waiting, nobody goes on to sweep what may not be marked, and the
/// exception leaves by the goroutine that collects.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class Collection<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly WorldOptions _options;
    private readonly Heap<TSync> _heap;
    private readonly Scheduler<TSync> _scheduler;
    private readonly PoolTable<TSync> _pools;
    private readonly Marker<TSync> _marker;
    private readonly Sweeper<TSync> _sweeper;
    private readonly ParallelFor<TSync> _sweepFor;
    private readonly Note _allDone;
    private readonly State* _state;

    /// <summary>
    /// How long each of the last collections took, in nanoseconds, the newest at its number modulo the length; under the
    /// right to stop the world. The seed's <c>pause_ns</c>.
    /// </summary>
    private readonly long* _pauses;

    /// <summary>
    /// A handle to the exception of each worker, or 0: its own until it has counted itself in <see cref="State.Done"/>,
    /// then of the one that collects.
    /// </summary>
    private readonly nint* _failures;

    internal Collection(
        WorldOptions options,
        Heap<TSync> heap,
        Scheduler<TSync> scheduler,
        Globals<TSync> globals,
        PoolTable<TSync> pools)
    {
        _options = options;
        _heap = heap;
        _scheduler = scheduler;
        _pools = pools;
        _marker = new Marker<TSync>(options, heap, scheduler.Goroutines, globals);
        _sweeper = new Sweeper<TSync>(heap);
        _sweepFor = new ParallelFor<TSync>(options, "sweepfor", SweepSpan);
        _allDone = TSync.CreateNote("alldone");
        _state = TSync.Allocate<State>(1, "gc");
        _pauses = TSync.Allocate<long>((nuint)options.PauseHistoryLength, "gc.pauses");
        _failures = TSync.Allocate<nint>((nuint)options.MaxGcWorkers, "gc.failures");
    }

    /// <summary>Frees everything; the world has ended.</summary>
    public void Dispose()
    {
        _marker.Dispose();
        _sweepFor.Dispose();
        TSync.Destroy(_allDone);
        TSync.Free(_failures);
        TSync.Free(_pauses);
        TSync.Free(_state);
    }

    /// <summary>Whether a collection is due though the heap has not grown: the last one is old. Any thread.</summary>
    internal bool IsOverdue
    {
        get
        {
            long last = TSync.VolatileRead(&_state->LastNanoseconds);
            return _options.ForcedCollectionNanoseconds != 0
                && last != 0
                && TSync.Now - last >= _options.ForcedCollectionNanoseconds;
        }
    }

    /// <summary>Collects, for the goroutine that the M runs. The seed's <c>runtime·gc</c>.</summary>
    /// <param name="m">The M.</param>
    /// <param name="cause">Why.</param>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal void Run(M* m, CollectionCause cause)
    {
        _scheduler.AcquireWorld(m);
        if (!IsDue(cause))
        {
            // Another goroutine saw the same and collected first.
            _scheduler.ReleaseWorld();
            return;
        }

        long asked = TSync.Now;
        _scheduler.StopTheWorld(m);
        G* g = TSync.Read(&m->Current);
        GoroutineWait<TSync>.Begin(g, WaitReason.Collecting);
        int workers = 1;
        bool finalizersQueued;
        try
        {
            CollectionSummary summary = Collect(m, cause, asked, ref workers);
            _options.GcTrace?.Invoke(summary.ToTraceLine());
            _options.Observer?.CollectionEnded(summary);
        }
        finally
        {
            finalizersQueued = _heap.FinalizerQueue.HasWork;
            GoroutineWait<TSync>.End(g, GoroutineStatus.Running);
            _scheduler.StartTheWorld(m, workers < _scheduler.WantedWorkers);
            _scheduler.ReleaseWorld();
        }

        if (finalizersQueued)
        {
            _scheduler.WakeFinalizerRunner(m);
        }
    }

    /// <summary>
    /// A helper's part; on an M that <see cref="Scheduler{TSync}.WakeHelpers"/> woke. The seed's <c>gchelper</c>.
    /// </summary>
    internal void Help(int worker)
    {
        Work(worker);

        // Read before the count: after the last count the next collection may set another number (golang/go#5139).
        int workers = TSync.Read(&_state->Workers);
        if (TSync.Add(&_state->Done, 1) == workers - 1)
        {
            TSync.Wake(_allDone);
        }
    }

    /// <summary>Reads the statistics, for the goroutine that the M runs. The seed's <c>ReadMemStats</c>.</summary>
    internal WorldStatistics ReadStatistics(M* m)
        => _scheduler.WhileStopped(m, () => new WorldStatistics(
            _heap.ReadStatistics(),
            TSync.Read(&_state->Number),
            TSync.Read(&_state->PauseNanoseconds),
            _scheduler.CountGoroutines()));

    /// <summary>Reads all statistics of memory, for the goroutine that the M runs. The seed's <c>ReadMemStats</c>.</summary>
    internal MemoryStatistics ReadMemoryStatistics(M* m)
        => _scheduler.WhileStopped(m, () => new MemoryStatistics
        {
            Heap = _heap.ReadStatistics(),
            BySize = _heap.ReadSizes(),
            System = new SystemBytes(
                Heap: _heap.ArenaUsed - _heap.ArenaStart,
                Stacks: _scheduler.StackBytes,
                Spans: _heap.SpanBytes,
                Caches: _heap.CacheBytes,
                Collector: _heap.MetadataBytes + _marker.BufferBytes,
                Other: _scheduler.DescriptionBytes),
            Collections = TSync.Read(&_state->Number),
            LastCollection = TSync.Read(&_state->LastNanoseconds),
            PauseNanoseconds = TSync.Read(&_state->PauseNanoseconds),
            Pauses = ReadPauses(),
            GcPercent = _heap.GcPercent,
        });

    /// <summary>Sets how far the heap may grow, while the world is stopped; negative turns collections off at once.</summary>
    /// <returns>What it was before.</returns>
    internal int SetGcPercent(M* m, int percent)
        => _scheduler.WhileStopped(m, () =>
        {
            int old = _heap.GcPercent;
            _heap.GcPercent = Math.Max(percent, -1);
            if (percent < 0)
            {
                _heap.SetTrigger();
            }

            return old;
        });

    private bool IsDue(CollectionCause cause) => cause switch
    {
        CollectionCause.Growth => _heap.TriggerReached,
        CollectionCause.Age => _heap.GcPercent >= 0 && IsOverdue,
        _ => true,
    };

    /// <summary>Marks and sweeps; the world is stopped. An exception ends the world.</summary>
    private CollectionSummary Collect(M* m, CollectionCause cause, long asked, ref int workers)
    {
        try
        {
            _options.Observer?.WorldStopped();
            _pools.Clear();
            workers = _scheduler.CountWorkers();
            return Collect(m, workers, cause, asked);
        }
        catch (Exception exception)
        {
            _scheduler.Die(exception, m);
            throw;
        }
    }

    /// <summary>Marks and sweeps with so many workers; the world is stopped. The seed's <c>gc</c>.</summary>
    private CollectionSummary Collect(M* m, int workers, CollectionCause cause, long asked)
    {
        long stopped = TSync.Now;
        _heap.MergeCacheStatistics();
        long before = _heap.AllocatedBytes;
        long objectsBefore = _heap.AllocatedObjects;
        TSync.Write(&_state->Workers, workers);
        TSync.Write(&_state->Collector, TSync.Read(&TSync.Read(&m->Processor)->Id));
        TSync.Write(&_state->Done, 0);
        _marker.Setup(workers, stopped);
        _sweepFor.Setup(workers, _heap.SpanCount, waitForAll: true);
        if (workers > 1)
        {
            TSync.Clear(_allDone);
            _scheduler.WakeHelpers(workers);
        }

        long marked = Work(0);
        if (workers > 1)
        {
            TSync.Sleep(_allDone);
        }

        ThrowIfFailed();
        _heap.MergeCacheStatistics();
        _heap.SetTrigger();
        long swept = TSync.Now;
        long number = TSync.Read(&_state->Number) + 1;
        TSync.Write(&_state->Number, number);
        TSync.Write(&_state->PauseNanoseconds, TSync.Read(&_state->PauseNanoseconds) + (swept - asked));
        TSync.VolatileWrite(&_state->LastNanoseconds, swept);
        TSync.Write(_pauses + (number % _options.PauseHistoryLength), swept - asked);
        return new CollectionSummary(
            number,
            cause,
            workers,
            _marker.RootJobs,
            before,
            _heap.AllocatedBytes,
            objectsBefore,
            _heap.AllocatedObjects,
            _heap.Mallocs,
            _heap.Frees,
            stopped - asked,
            marked - stopped,
            swept - marked);
    }

    /// <summary>The pauses that are kept, newest first; while the world is stopped.</summary>
    private long[] ReadPauses()
    {
        long number = TSync.Read(&_state->Number);
        long[] pauses = new long[Math.Min(number, _options.PauseHistoryLength)];
        for (int i = 0; i < pauses.Length; i++)
        {
            pauses[i] = TSync.Read(_pauses + ((number - i) % _options.PauseHistoryLength));
        }

        return pauses;
    }

    /// <summary>Marks and sweeps together with the other workers, until all is done or one has failed.</summary>
    /// <returns>When this worker saw the end of marking, in nanoseconds.</returns>
    private long Work(int worker)
    {
        long marked = 0;
        try
        {
            if (_marker.Run(worker))
            {
                marked = TSync.Now;
                _options.Observer?.MarkEnded();
                _sweepFor.Run(worker);
            }
        }
#pragma warning disable CA1031 // Whatever a worker throws is thrown again by the one that collects.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(worker, exception);
        }

        return marked;
    }

    /// <summary>Keeps the exception of a worker, and lets the others stop waiting for it.</summary>
    private void Fail(int worker, Exception exception)
    {
        TSync.ReportFailure(exception);
        TSync.Write(_failures + worker, GCHandle.ToIntPtr(GCHandle.Alloc(exception)));
        _marker.Fail();
        _sweepFor.Fail();
    }

    /// <summary>Throws the exception of a worker, if there was one; after all have counted themselves done.</summary>
    private void ThrowIfFailed()
    {
        Exception? first = null;
        for (int worker = 0; worker < TSync.Read(&_state->Workers); worker++)
        {
            nint failure = TSync.Read(_failures + worker);
            if (failure != 0)
            {
                TSync.Write(_failures + worker, 0);
                var handle = GCHandle.FromIntPtr(failure);
                first ??= (Exception)handle.Target!;
                handle.Free();
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private void SweepSpan(long span, int worker)
    {
        _options.Observer?.SweepStarted((int)span);
        _sweeper.SweepSpan((int)span, _scheduler.CacheOfWorker(TSync.Read(&_state->Collector), worker));
    }

    /// <summary>The words that the workers share.</summary>
    private struct State
    {
        /// <summary>How many workers there are: written before they are woken. The seed's <c>work.nproc</c>.</summary>
        internal int Workers;

        /// <summary>How many helpers have ended; atomic. The seed's <c>work.ndone</c>.</summary>
        internal int Done;

        /// <summary>The number of the collector's P: written before helpers are woken.</summary>
        internal int Collector;

        /// <summary>How many collections there have been; under the right to stop the world. The seed's <c>numgc</c>.</summary>
        internal long Number;

        /// <summary>How long they took; under the right to stop the world. The seed's <c>pause_total_ns</c>.</summary>
        internal long PauseNanoseconds;

        /// <summary>
        /// When the last one ended, 0 before; written under the right to stop the world. Volatile, since the monitor
        /// reads it, too, and has whoever collects look again. The seed's <c>last_gc</c>.
        /// </summary>
        internal long LastNanoseconds;
    }
}
