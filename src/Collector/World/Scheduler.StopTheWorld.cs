namespace Testbed.Collector;

/// <content>Stopping and starting the world, and the right to. The seed's <c>stoptheworld</c>, <c>starttheworld</c>.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>Takes the right to stop the world; the M runs a goroutine on a P. The seed's <c>semacquire(&amp;worldsema)</c>.</summary>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal void AcquireWorld(M* m)
    {
        TSync.Enter(_lock);
        if ((TSync.VolatileRead(&_state->Stop) & StopReason.Failure) != 0)
        {
            TSync.Exit(_lock);
            throw new WorldFailedException();
        }

        if (TSync.Read(&_state->WorldHeld) == 0)
        {
            TSync.Write(&_state->WorldHeld, 1);
            TSync.Exit(_lock);
            return;
        }

        G* g = TSync.Read(&m->Current);
        GoroutineWait<TSync>.Begin(g, WaitReason.WorldSemaphore);
        MachineQueue<TSync>.Append(&_state->FirstWorldWaiter, &_state->LastWorldWaiter, m);
        M* woken = ReleaseProcessor(m, blocks: true);
        TSync.Exit(_lock);
        Wake(woken);

        // Whoever gives the right back passes it on to this M, which then needs a P again.
        Sleep(m);
        WaitForProcessor(m);
        GoroutineWait<TSync>.End(g, GoroutineStatus.Running);
    }

    /// <summary>
    /// Gives the right to stop the world to the next in line, once the world runs again (the seed did before,
    /// golang/go#10618; first come, first served, golang/go#40459).
    /// </summary>
    internal void ReleaseWorld()
    {
        TSync.Enter(_lock);
        M* next = TakeWorldWaiter();
        if (next == null)
        {
            TSync.Write(&_state->WorldHeld, 0);
        }

        TSync.Exit(_lock);
        Wake(next);
    }

    /// <summary>
    /// Stops every P but this M's, which has the right to; afterwards no goroutine runs. The seed's
    /// <c>stoptheworld</c>.
    /// </summary>
    /// <exception cref="WorldFailedException">The world has failed; the right needs no giving back then.</exception>
    internal void StopTheWorld(M* m)
    {
        TSync.Enter(_lock);

        // Goroutines of a failed world unwind without a P: no collection may see their stacks change.
        if ((TSync.VolatileRead(&_state->Stop) & StopReason.Failure) != 0)
        {
            TSync.Exit(_lock);
            throw new WorldFailedException();
        }

        int processors = ProcessorCount;
        TSync.Write(&_state->StopWait, processors);
        TSync.Or((int*)&_state->Stop, (int)StopReason.World);
        P* own = TSync.Read(&m->Processor);
        StopOwned(own);
        for (int i = 0; i < processors; i++)
        {
            if (StopInSystemCall(_processors[i]))
            {
                TSync.Write(&_state->StopWait, TSync.Read(&_state->StopWait) - 1);
            }
        }

        for (P* p; (p = TakeIdleProcessor()) != null;)
        {
            StopOwned(p);
        }

        bool wait = TSync.Read(&_state->StopWait) > 0;
        TSync.Exit(_lock);
        if (wait)
        {
            TSync.Sleep(_stopNote);
            TSync.Clear(_stopNote);
        }

        CheckStopped();
    }

    /// <summary>Lets the goroutines run again. The seed's <c>starttheworld</c>.</summary>
    /// <param name="m">The M that stopped the world.</param>
    /// <param name="wantsHelper">Whether the collection could have used one more M than there was.</param>
    internal void StartTheWorld(M* m, bool wantsHelper)
    {
        TSync.Enter(_lock);
        TSync.And((int*)&_state->Stop, ~(int)StopReason.World);
        P* own = TSync.Read(&m->Processor);
        for (int i = ProcessorCount - 1; i >= 0; i--)
        {
            P* p = _processors[i];
            if (p != own)
            {
                PutIdleProcessor(p);
            }
        }

        TSync.VolatileWrite(&own->Status, ProcessorStatus.Running);

        // All Ps are idle but one, so each is given to whoever has use for it before any of them runs.
        M* woken = AssignIdleProcessors(CountQueues());
        WakeMonitor();
        M* helper = wantsHelper && TSync.Read(&_state->MachineCount) < _options.MaxMachines ? CreateMachine() : null;
        TSync.Exit(_lock);
        WakeAll(woken);
        Wake(helper);
    }

    /// <summary>
    /// Lets the M's goroutine stop where it is if the world is to stop, or if it is to let others run; goes on when it
    /// may. The seed's <c>gcstopm</c> and <c>gosched</c> by way of a preempted prologue.
    /// </summary>
    /// <param name="m">The M.</param>
    /// <param name="request">What the goroutine found in <see cref="StopRequest"/>.</param>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal void StopAtSafepoint(M* m, StopReason request)
    {
        if (request == StopReason.Preemption && TSync.VolatileRead(&_state->Preempted) != TSync.Read(&m->Processor))
        {
            return;
        }

        TSync.Enter(_lock);
        StopReason stop = TSync.VolatileRead(&_state->Stop);
        if (stop == StopReason.None)
        {
            TSync.Exit(_lock);
            return;
        }

        // A goroutine that caught the exception below has no P to give.
        if (TSync.Read(&m->Processor) == null)
        {
            TSync.Exit(_lock);
            throw new WorldFailedException();
        }

        if (stop == StopReason.Preemption && !TakePreemption(TSync.Read(&m->Processor)))
        {
            TSync.Exit(_lock);
            return;
        }

        G* g = TSync.Read(&m->Current);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Runnable);
        M* woken = ReleaseProcessor(m, blocks: true);
        TSync.Exit(_lock);
        Wake(woken);
        WaitForProcessor(m);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Running);
    }

    /// <summary>
    /// How many workers a collection can have, while the world is stopped: the caller, idle Ms, Ms that wait in place;
    /// at most a P each. The seed's <c>gcprocs</c>.
    /// </summary>
    internal int CountWorkers()
    {
        TSync.Enter(_lock);
        int available = 1 + TSync.Read(&_state->IdleMachineCount) + TSync.Read(&_state->WaiterCount);
        TSync.Exit(_lock);
        return Math.Min(available, WantedWorkers);
    }

    /// <summary>How many workers a collection would like to have.</summary>
    internal int WantedWorkers
        => Math.Min(Math.Min(ProcessorCount, TSync.ProcessorCount), _options.MaxGcWorkers);

    /// <summary>
    /// Wakes helpers 1 to <paramref name="workers"/> - 1; so many Ms stay available, since while the world is stopped
    /// nobody else takes one. The seed's <c>helpgc</c>.
    /// </summary>
    /// <exception cref="CorruptionException">There are fewer.</exception>
    internal void WakeHelpers(int workers)
    {
        TSync.Enter(_lock);
        int available = TSync.Read(&_state->IdleMachineCount) + TSync.Read(&_state->WaiterCount);
        if (available < workers - 1)
        {
            TSync.Exit(_lock);
            throw new CorruptionException($"{available} helpers for {workers} workers: gcprocs inconsistency");
        }

        M* helpers = null;
        for (int worker = 1; worker < workers; worker++)
        {
            M* m = TakeIdleMachine();
            if (m == null)
            {
                m = TakeWaiter();
            }

            TSync.Write(&m->HelpGc, worker);
            TSync.Write(&m->ScheduleLink, helpers);
            helpers = m;
        }

        TSync.Exit(_lock);
        WakeAll(helpers);
    }

    /// <summary>
    /// The thread cache that a worker of a collection counts into: its own P's for worker 0, for each other one that
    /// of a P of its own, which nobody uses while the world is stopped.
    /// </summary>
    internal ThreadCache* CacheOfWorker(int collector, int worker)
        => TSync.Read(&_processors[(collector + worker) % ProcessorCount]->Cache);

    private M* TakeWorldWaiter()
        => MachineQueue<TSync>.TakeFirst(&_state->FirstWorldWaiter, &_state->LastWorldWaiter);

    /// <summary>
    /// For how many Ms there is certainly something to run: one for each goroutine on the queue for all, one for each P's
    /// queue that is not empty; under the lock, while no M is on a P.
    /// </summary>
    private int CountQueues()
    {
        int count = TSync.Read(&_state->RunnableCount);
        for (int i = 0; i < ProcessorCount; i++)
        {
            count += RunQueues<TSync>.IsEmptyAtRest(_processors[i]) ? 0 : 1;
        }

        return count;
    }

    /// <summary>Stops a P that the caller owns, as one of those that the stopper waits for; under the lock.</summary>
    private void StopOwned(P* p)
    {
        TSync.VolatileWrite(&p->Status, ProcessorStatus.GcStop);
        TSync.Write(&_state->StopWait, TSync.Read(&_state->StopWait) - 1);
    }

    /// <summary>Takes a P out of a system call, if it is in one and its M does not come back first; under the lock.</summary>
    private static bool StopInSystemCall(P* p)
        => TSync.VolatileRead(&p->Status) == ProcessorStatus.Syscall
            && TSync.CompareExchange(&p->Status, ProcessorStatus.GcStop, ProcessorStatus.Syscall)
                == ProcessorStatus.Syscall;

    /// <summary>Counts one P less to wait for, and wakes the stopper after the last; under the lock.</summary>
    private void CountStopped()
    {
        int left = TSync.Read(&_state->StopWait) - 1;
        TSync.Write(&_state->StopWait, left);
        if (left == 0)
        {
            TSync.Wake(_stopNote);
        }
    }

    /// <summary>By the stopper, whom the lock or the last to stop has told of all that it reads.</summary>
    private void CheckStopped()
    {
        int left = TSync.Read(&_state->StopWait);
        if (left != 0)
        {
            throw new CorruptionException($"stoptheworld: not stopped (stopwait {left})");
        }

        for (int i = 0; i < ProcessorCount; i++)
        {
            ProcessorStatus status = TSync.Read(&_processors[i]->Status);
            if (status != ProcessorStatus.GcStop)
            {
                throw new CorruptionException($"stoptheworld: not stopped (p {i} is {status})");
            }
        }
    }
}
