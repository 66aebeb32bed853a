using System.Runtime.InteropServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Runs goroutines (G) on threads (M) that have the right to (P). The seed's <c>proc.c</c>.
/// </summary>
/// <remarks>
/// <para>
/// Invariants. A P that is not in a system call has one owner: the M that runs on it, the idle list, a stopper of the
/// world, or the M that it was just handed to. A G on a run queue is runnable and on no M. An M on a list sleeps, or
/// is about to, on its note; whoever takes it off the list wakes it exactly once.
/// </para>
/// <para>
/// A goroutine that awaits leaves its M, as in the seed. One that must stop inside a call (at a safepoint, on the way
/// out of a system call, before a collection) keeps its thread: its M waits in place for a P, as a goroutine does in
/// the seed that is locked to its thread.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe partial class Scheduler<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>One goroutine in <see cref="SchedulerState.Population"/>.</summary>
    private const long OneLive = 1L << 32;

    /// <summary>One that does not wait for another.</summary>
    private const long OneActive = 1;

    private readonly WorldOptions _options;
    private readonly World<TSync> _world;
    private readonly Mutex _lock;
    private readonly Note _stopNote;
    private readonly Note _monitorNote;
    private readonly Mutex _crashLock;
    private readonly SchedulerState* _state;
    /// <summary>All Ps that ever were, null from there on. Written while the world is stopped. The seed's <c>allp</c>.</summary>
    private readonly P*[] _processors = new P*[WorldOptions.MaxProcessors];
    private readonly FreeGoroutines<TSync> _freeGoroutines;
    private readonly RunQueues<TSync> _runQueues;
    private readonly M* _firstMachine;

    /// <summary>What the monitor starts goroutines with: it is on no list and never on a P.</summary>
    private readonly M* _monitorMachine;

    internal Scheduler(WorldOptions options, World<TSync> world)
    {
        _options = options;
        _world = world;
        _lock = TSync.CreateMutex("sched");
        _stopNote = TSync.CreateNote("stopnote");
        _monitorNote = TSync.CreateNote("sysmonnote");
        _crashLock = TSync.CreateMutex("paniclk");
        _state = TSync.Allocate<SchedulerState>(1, "sched");
        _freeGoroutines = new FreeGoroutines<TSync>(options.FreeGoroutinesLength);
        _runQueues = new RunQueues<TSync>(options.RunQueueLength);
        Goroutines = new AllGoroutines<TSync>(
            options.FirstGoroutineCapacity, options.Growth, exception => Die(exception));
        TSync.Write(&_state->ProcessorCount, options.Processors);
        for (int i = options.Processors - 1; i >= 0; i--)
        {
            _processors[i] = CreateProcessor(i);
            PutIdleProcessor(_processors[i]);
        }

        _firstMachine = CreateMachine();
        _monitorMachine = TSync.Allocate<M>(1, "m");
        if (options.ForeignCalls)
        {
            AddExtraMachine();
        }
    }

    /// <summary>All goroutines that ever were.</summary>
    internal AllGoroutines<TSync> Goroutines { get; }

    /// <summary>Why goroutines must go to <see cref="StopAtSafepoint"/> now. Any thread.</summary>
    internal StopReason StopRequest => TSync.VolatileRead(&_state->Stop);

    /// <summary>Why no goroutine may go on, on whatever P; any thread.</summary>
    private StopReason Stopping => TSync.VolatileRead(&_state->Stop) & ~StopReason.Preemption;

    /// <summary>Whether somebody is in <see cref="Run"/>, who should not be: by the thread that ends the world.</summary>
    internal bool IsRunning => TSync.Read(&_state->InRun) != 0;

    /// <summary>Frees everything. All Ms have left.</summary>
    public void Dispose()
    {
        ExitMachines();
        for (long i = Goroutines.Count - 1; i >= 0; i--)
        {
            G* g = Goroutines[i];
            ReleaseManaged(g);
            ShadowStack<TSync>.Free(g);
            TSync.Free(g);
        }

        Goroutines.Dispose();
        _freeGoroutines.Dispose();
        for (int i = 0; i < _processors.Length && _processors[i] != null; i++)
        {
            RunQueues<TSync>.Free(_processors[i]);
            TSync.Free(_processors[i]);
        }

        nint failure = TSync.Read(&_state->Failure);
        if (failure != 0)
        {
            GCHandle.FromIntPtr(failure).Free();
        }

        TSync.Free(_monitorMachine);
        TSync.Free(_state);
        TSync.Destroy(_monitorNote);
        TSync.Destroy(_stopNote);
        TSync.Destroy(_crashLock);
        TSync.Destroy(_lock);
    }

    /// <summary>
    /// Runs a goroutine and all that it starts on the calling thread and others, until all have ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread is in a call of this, or the world has failed.</exception>
    internal void Run(Func<Goroutine<TSync>, GoroutineTask> body)
    {
        M* m = _firstMachine;
        TSync.Enter(_lock);
        bool busy = TSync.Read(&_state->InRun) != 0;
        bool failed = HasFailed;
        if (!busy && !failed)
        {
            TSync.Write(&_state->InRun, 1);
        }

        TSync.Exit(_lock);
        if (busy || failed)
        {
            throw new InvalidOperationException(busy ? "the world is running already" : "the world has failed");
        }

        StartMonitor();
        Start(m, body);
        RunMachine(m);
        TSync.Enter(_lock);
        TSync.Write(&_state->InRun, 0);
        TSync.Exit(_lock);
        ThrowIfFailed();
    }

    /// <summary>Makes a goroutine and queues it; by an M, on a P or not. The seed's <c>newproc1</c>.</summary>
    internal GoroutineHandle Start(M* m, Func<Goroutine<TSync>, GoroutineTask> body, nint context = 0)
    {
        GoroutineHandle handle = Create(m, body, context);
        TSync.Add(&_state->Population, OneLive + OneActive);
        Enqueue(m, handle.G);
        return handle;
    }

    /// <summary>Makes a goroutine that is runnable, but neither counted nor queued.</summary>
    private GoroutineHandle Create(M* m, Func<Goroutine<TSync>, GoroutineTask> body, nint context)
    {
        G* g = _freeGoroutines.Take(TSync.Read(&m->Processor));
        if (g == null)
        {
            g = CreateGoroutine();
        }

        long id = TSync.Add(&_state->LastGoroutineId, 1);
        var goroutine = new Goroutine<TSync>(_world, this, g, id, body);
        TSync.VolatileWrite(&g->Id, id);
        TSync.Write(&g->Context, context);
        TSync.Write(&g->Managed, GCHandle.ToIntPtr(GCHandle.Alloc(goroutine)));
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Runnable);
        return new GoroutineHandle(g, id, this);
    }

    /// <summary>A new goroutine, listed and dead.</summary>
    private G* CreateGoroutine()
    {
        // Published dead, so that nobody who finds it looks for roots (golang/go 0a7c7ac80e).
        G* g = TSync.Allocate<G>(1, "g");
        TSync.Write(&g->Status, GoroutineStatus.Dead);
        TSync.Write(&g->Stack, ShadowStack<TSync>.CreateSegment(null, _options.StackSegmentWords));
        try
        {
            Goroutines.Add(g);
        }
        catch (Exception)
        {
            ShadowStack<TSync>.Free(g);
            TSync.Free(g);
            throw;
        }

        return g;
    }

    /// <summary>
    /// Queues a runnable goroutine, and sees to it that somebody looks for it if a P is idle; by an M, on a P or not. The
    /// seed's <c>runqput</c> with what its callers do after it.
    /// </summary>
    private void Enqueue(M* m, G* g)
    {
        P* p = TSync.Read(&m->Processor);
        if (p == null)
        {
            TSync.Enter(_lock);
            PutRunnable(g);
            M* woken = AssignIdleProcessor(work: true);
            TSync.Exit(_lock);
            Wake(woken);
            return;
        }

        while (!_runQueues.TryPut(p, g))
        {
            G* half = _runQueues.TryTakeHalf(p);
            if (half != null)
            {
                PutAllRunnable(half);
            }
        }

        WakeProcessor();
    }

    /// <summary>Appends goroutines off a full queue to the queue for all; without the lock.</summary>
    private void PutAllRunnable(G* first)
    {
        TSync.Enter(_lock);
        while (first != null)
        {
            G* next = TSync.Read(&first->ScheduleLink);
            PutRunnable(first);
            first = next;
        }

        TSync.Exit(_lock);
    }

    /// <summary>
    /// Wakes an M to look for goroutines if a P is idle and no M looks already; after one was queued. The seed's
    /// <c>wakep</c>.
    /// </summary>
    private void WakeProcessor()
    {
        if (TSync.VolatileRead(&_state->IdleProcessorCount) == 0
            || TSync.CompareExchange(&_state->SpinningCount, 1, 0) != 0)
        {
            return;
        }

        TSync.Enter(_lock);
        M* m = AssignIdleProcessor(work: true);
        if (m == null)
        {
            // Under the lock, so that an M that goes idle after this look for one has seen all that was queued meanwhile.
            TSync.Add(&_state->SpinningCount, -1);
        }
        else
        {
            TSync.Write(&m->Spinning, 1);
        }

        TSync.Exit(_lock);
        Wake(m);
    }

    /// <summary>Whether a goroutine is on some queue; under the lock.</summary>
    private bool HasWork()
    {
        if (TSync.Read(&_state->RunnableCount) > 0)
        {
            return true;
        }

        for (int i = 0; i < ProcessorCount; i++)
        {
            if (!RunQueues<TSync>.IsEmpty(_processors[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The oldest runnable goroutine off the queue for all; under the lock.</summary>
    private G* TakeRunnable()
    {
        G* g = TSync.Read(&_state->FirstRunnable);
        if (g != null)
        {
            G* next = TSync.Read(&g->ScheduleLink);
            TSync.Write(&_state->FirstRunnable, next);
            if (next == null)
            {
                TSync.Write(&_state->LastRunnable, null);
            }

            TSync.Write(&_state->RunnableCount, TSync.Read(&_state->RunnableCount) - 1);
        }

        return g;
    }

    /// <summary>Appends a runnable goroutine to the queue for all; under the lock. The seed's <c>globrunqput</c>.</summary>
    private void PutRunnable(G* g)
    {
        TSync.Write(&g->ScheduleLink, null);
        G* last = TSync.Read(&_state->LastRunnable);
        TSync.Write(last == null ? &_state->FirstRunnable : &last->ScheduleLink, g);
        TSync.Write(&_state->LastRunnable, g);
        TSync.Write(&_state->RunnableCount, TSync.Read(&_state->RunnableCount) + 1);
    }

    /// <summary>Puts a runnable goroutine at the front of the queue for all; under the lock.</summary>
    private void PutRunnableFirst(G* g)
    {
        G* first = TSync.Read(&_state->FirstRunnable);
        TSync.Write(&g->ScheduleLink, first);
        TSync.Write(&_state->FirstRunnable, g);
        if (first == null)
        {
            TSync.Write(&_state->LastRunnable, g);
        }

        TSync.Write(&_state->RunnableCount, TSync.Read(&_state->RunnableCount) + 1);
    }

    /// <summary>An idle P off the list, marked running; under the lock. The seed's <c>pidleget</c>.</summary>
    internal P* TakeIdleProcessor()
    {
        P* p = TSync.Read(&_state->IdleProcessors);
        if (p != null)
        {
            TSync.Write(&_state->IdleProcessors, TSync.Read(&p->Link));
            CountIdleProcessors(-1);
            TSync.VolatileWrite(&p->Status, ProcessorStatus.Running);
            WakeMonitor();
        }

        return p;
    }

    /// <summary>Puts a P on the idle list; under the lock. The seed's <c>pidleput</c>.</summary>
    private void PutIdleProcessor(P* p)
    {
        TSync.VolatileWrite(&p->Status, ProcessorStatus.Idle);
        TSync.Write(&p->Link, TSync.Read(&_state->IdleProcessors));
        TSync.Write(&_state->IdleProcessors, p);
        CountIdleProcessors(1);
    }

    /// <summary>Counts idle Ps; under the lock. A full fence: see <see cref="SchedulerState.IdleProcessorCount"/>.</summary>
    private void CountIdleProcessors(int more) => TSync.Add(&_state->IdleProcessorCount, more);

    /// <summary>
    /// Gives an idle P, if there is one, to an M that has use for it; under the lock, while the world is not stopped.
    /// </summary>
    /// <param name="work">Whether a goroutine is queued.</param>
    /// <returns>The M, to be given to <see cref="Wake"/> once the lock is left; or null.</returns>
    private M* AssignIdleProcessor(bool work)
    {
        if (TSync.Read(&_state->IdleProcessors) == null)
        {
            return null;
        }

        M* m = TakeMachineFor(work);
        if (m != null)
        {
            TSync.Write(&m->NextProcessor, TakeIdleProcessor());
        }

        return m;
    }

    /// <summary>
    /// Gives an idle P to each M that waits in place for one and to one M for each of some queued goroutines, as far as
    /// there are idle Ps and Ms, unless goroutines must stop; under the lock.
    /// </summary>
    /// <returns>The Ms, to be given to <see cref="WakeAll"/> once the lock is left.</returns>
    private M* AssignIdleProcessors(int queued)
    {
        M* assigned = null;
        while (Stopping == StopReason.None)
        {
            bool waiter = TSync.Read(&_state->FirstWaiter) != null;
            M* m = waiter || queued > 0 ? AssignIdleProcessor(work: true) : null;
            if (m == null)
            {
                break;
            }

            queued -= waiter ? 0 : 1;
            TSync.Write(&m->ScheduleLink, assigned);
            assigned = m;
        }

        return assigned;
    }

    /// <summary>
    /// An M that would use a P: one that waits in place for it, else, if a goroutine is queued, an idle or a new one;
    /// under the lock. Null if nobody would.
    /// </summary>
    private M* TakeMachineFor(bool work)
    {
        M* m = TakeWaiter();
        if (m == null && work)
        {
            m = TakeIdleMachine();
            if (m == null && TSync.Read(&_state->MachineCount) < _options.MaxMachines)
            {
                m = CreateMachine();
            }
        }

        return m;
    }

    /// <summary>The managed half of a goroutine; its owner.</summary>
    private static Goroutine<TSync> ManagedOf(G* g)
        => (Goroutine<TSync>)GCHandle.FromIntPtr(TSync.Read(&g->Managed)).Target!;

    /// <summary>Lets the managed half of a goroutine go; its owner.</summary>
    private static void ReleaseManaged(G* g)
    {
        nint handle = TSync.Read(&g->Managed);
        if (handle != 0)
        {
            GCHandle.FromIntPtr(handle).Free();
            TSync.Write(&g->Managed, 0);
        }
    }
}
