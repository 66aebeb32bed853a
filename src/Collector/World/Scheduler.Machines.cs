using Testbed.Sync;

namespace Testbed.Collector;

/// <content>Ms: what a thread does from its start to its end.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>Runs goroutines until there is nothing left for this M. The seed's <c>schedule</c>.</summary>
    private void RunMachine(M* m)
    {
        G* g;
        while ((g = FindRunnable(m)) != null)
        {
            Execute(m, g);
        }
    }

    /// <summary>
    /// A goroutine to run, with the M on a P; sleeps until there is one. Null when the M is to leave: the caller of
    /// <c>Run</c> when all goroutines have ended, the others with the world. The seed's <c>findrunnable</c>,
    /// <c>stopm</c>, <c>gcstopm</c>.
    /// </summary>
    private G* FindRunnable(M* m)
    {
        for (; ; )
        {
            TSync.Enter(_lock);
            P* p = TSync.Read(&m->Processor);
            if (p == null && TSync.Read(&_state->RunnableCount) > 0 && TSync.VolatileRead(&_state->Stop) == StopReason.None)
            {
                p = TakeIdleProcessor();
                TSync.Write(&m->Processor, p);
            }

            // Those that wait in place for a P came first: they are served below.
            if (p != null
                && TSync.VolatileRead(&_state->Stop) == StopReason.None
                && TSync.Read(&_state->FirstWaiter) == null)
            {
                G* g = TakeRunnable();
                if (g != null)
                {
                    TSync.Exit(_lock);
                    return g;
                }
            }

            M* woken = p == null ? null : ReleaseProcessor(m);
            if (MustLeave(m))
            {
                TSync.Exit(_lock);
                Wake(woken);
                return null;
            }

            if (IsDeadlocked)
            {
                // Not under the lock, which the dump must not need (golang/go 4ff45821ae).
                TSync.Exit(_lock);
                Wake(woken);
                Fail(m, new DeadlockException());
                continue;
            }

            M* caller = PutIdleMachine(m);
            TSync.Exit(_lock);
            Wake(woken);
            Wake(caller);
            Sleep(m);
        }
    }

    /// <summary>Runs a goroutine until it awaits or ends. The seed's <c>execute</c>.</summary>
    private void Execute(M* m, G* g)
    {
        TSync.Write(&m->Current, g);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Running);
        Goroutine<TSync> goroutine = ManagedOf(g);
        Leave left;
        try
        {
            left = goroutine.Resume(m);
        }
#pragma warning disable CA1031 // Whatever a goroutine throws ends the world and is thrown again by Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(m, exception);
            left = Leave.Ended;
        }

        TSync.Write(&m->Current, null);
        switch (left)
        {
            case Leave.Ended:
                End(m, g);
                break;
            case Leave.Yielded:
                Requeue(g);
                break;
            case Leave.Joins:
                ParkUntilEnd(g, goroutine.JoinTarget);
                break;
            case Leave.WaitsForFinalizers:
                ParkFinalizerRunner(g);
                break;
            case Leave.Parks:
                Park(g, goroutine.ParkReason);
                TSync.Exit(goroutine.ParkLock);
                break;
        }
    }

    /// <summary>Ends a goroutine that has just left its M. The seed's <c>goexit0</c>.</summary>
    private void End(M* m, G* g)
    {
        ReleaseManaged(g);
        ShadowStack<TSync>.Reset(g);
        TSync.Enter(_lock);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Dead);
        TSync.VolatileWrite(&g->Id, 0);
        G* joiner = TSync.Read(&g->Joiners);
        TSync.Write(&g->Joiners, null);
        int readied = 0;
        for (; joiner != null; readied++)
        {
            G* next = TSync.Read(&joiner->ScheduleLink);
            MakeRunnable(joiner);
            joiner = next;
        }

        TSync.Write(&_state->LiveGoroutines, TSync.Read(&_state->LiveGoroutines) - 1);
        M* woken = AssignIdleProcessors(readied);
        TSync.Exit(_lock);
        _freeGoroutines.Put(TSync.Read(&m->Processor), g);
        WakeAll(woken);
    }

    /// <summary>Puts a goroutine that yielded at the end of the run queue. The seed's <c>gosched0</c>.</summary>
    private void Requeue(G* g)
    {
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Runnable);
        TSync.Enter(_lock);
        PutRunnable(g);
        TSync.Exit(_lock);
    }

    /// <summary>Lets a goroutine wait for the end of another, or goes on with it if that has ended.</summary>
    private void ParkUntilEnd(G* g, GoroutineHandle target)
    {
        TSync.Enter(_lock);
        if (TSync.VolatileRead(&target.G->Id) != target.Id)
        {
            TSync.VolatileWrite(&g->Status, GoroutineStatus.Runnable);
            PutRunnable(g);
        }
        else
        {
            TSync.Write(&g->ScheduleLink, TSync.Read(&target.G->Joiners));
            TSync.Write(&target.G->Joiners, g);
            MakeWaiting(g, WaitReason.Join);
        }

        TSync.Exit(_lock);
    }

    /// <summary>Lets a goroutine wait that has left its M. The seed's <c>park0</c>.</summary>
    private void Park(G* g, WaitReason reason)
    {
        TSync.Enter(_lock);
        MakeWaiting(g, reason);
        TSync.Exit(_lock);
    }

    /// <summary>Lets a parked goroutine go on; by a goroutine's M, which may hold the lock that it parked on.</summary>
    internal void Ready(G* g)
    {
        TSync.Enter(_lock);
        MakeRunnable(g);
        M* woken = AssignIdleProcessor();
        TSync.Exit(_lock);
        Wake(woken);
    }

    /// <summary>Makes a goroutine wait for another; under the lock.</summary>
    private void MakeWaiting(G* g, WaitReason reason)
    {
        TSync.Write(&g->WaitReason, reason);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Waiting);
        TSync.Write(&_state->ParkedGoroutines, TSync.Read(&_state->ParkedGoroutines) + 1);
    }

    /// <summary>Makes a goroutine that waits for another runnable; under the lock. The seed's <c>ready</c>.</summary>
    private void MakeRunnable(G* g)
    {
        TSync.Write(&g->WaitReason, WaitReason.None);
        TSync.Write(&g->WaitSince, 0);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Runnable);
        TSync.Write(&_state->ParkedGoroutines, TSync.Read(&_state->ParkedGoroutines) - 1);
        PutRunnable(g);
    }

    /// <summary>
    /// Takes the M's P away: to the stopper of the world if there is one, else to an M that has use for it, else to
    /// the idle list; under the lock. The seed's <c>handoffp</c>.
    /// </summary>
    /// <returns>An M to be given to <see cref="Wake"/> once the lock is left, or null.</returns>
    private M* ReleaseProcessor(M* m)
    {
        P* p = TSync.Read(&m->Processor);
        TSync.Write(&m->Processor, null);
        StopReason stop = TSync.VolatileRead(&_state->Stop);
        if ((stop & StopReason.World) != 0)
        {
            TSync.VolatileWrite(&p->Status, ProcessorStatus.GcStop);
            CountStopped();
            return null;
        }

        PutIdleProcessor(p);

        // In a world that has failed, also while it was stopped, whoever waits unwinds instead and lets the others go.
        return stop == StopReason.None ? AssignIdleProcessor() : TakeWaiter();
    }

    /// <summary>
    /// Waits in place for a P, the M's goroutine on the thread's stack; the M has none and holds no lock. Helps with
    /// collections meanwhile.
    /// </summary>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    private void WaitForProcessor(M* m)
    {
        for (; ; )
        {
            TSync.Enter(_lock);
            StopReason stop = TSync.VolatileRead(&_state->Stop);

            // Not while the world is stopped: the goroutine unwinds without a P, and a collection scans its stack.
            if ((stop & (StopReason.Failure | StopReason.World)) == StopReason.Failure)
            {
                TSync.Exit(_lock);
                throw new WorldFailedException();
            }

            if (stop == StopReason.Frozen)
            {
                TSync.Exit(_lock);
                WaitForDump();
                continue;
            }

            P* p = stop == StopReason.None ? TakeIdleProcessor() : null;
            if (p == null)
            {
                AppendWaiter(m);
            }

            TSync.Exit(_lock);
            if (p != null)
            {
                TSync.Write(&m->Processor, p);
                return;
            }

            Sleep(m);
            if (TSync.Read(&m->Processor) != null)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Sleeps until somebody has taken the M off a list, then helps to collect or takes the P that it was given, if
    /// any.
    /// </summary>
    private void Sleep(M* m)
    {
        TSync.Sleep(TSync.Read(&m->Park));
        TSync.Clear(TSync.Read(&m->Park));
        int worker = TSync.Read(&m->HelpGc);
        if (worker != 0)
        {
            TSync.Write(&m->HelpGc, 0);
            _world.Collection.Help(worker);
            return;
        }

        P* next = TSync.Read(&m->NextProcessor);
        TSync.Write(&m->NextProcessor, null);
        TSync.Write(&m->Processor, next);
    }

    /// <summary>Wakes an M that was taken off a list, or starts its thread; without the lock. Null does nothing.</summary>
    private void Wake(M* m)
    {
        if (m == null)
        {
            return;
        }

        if (TSync.Read(&m->Started) != 0)
        {
            TSync.Wake(TSync.Read(&m->Park));
            return;
        }

        // Nobody else knows a machine that has not started, so these writes are its own until the thread runs.
        TSync.Write(&m->Started, 1);
        TSync.Write(&m->Processor, TSync.Read(&m->NextProcessor));
        TSync.Write(&m->NextProcessor, null);
        SyncThread thread = TSync.StartThread($"m{TSync.Read(&m->Id)}", () => RunMachine(m));
        TSync.Enter(_lock);
        TSync.Write(&m->Thread, thread);
        TSync.Exit(_lock);
    }

    /// <summary>Wakes Ms that are linked by their <see cref="M.ScheduleLink"/>, the first given; without the lock.</summary>
    private void WakeAll(M* first)
    {
        while (first != null)
        {
            M* next = TSync.Read(&first->ScheduleLink);
            Wake(first);
            first = next;
        }
    }

    /// <summary>An M whose thread has not started, or for the caller of <c>Run</c> never will; under the lock. The seed's <c>allocm</c>.</summary>
    internal M* CreateMachine()
    {
        M* m = TSync.Allocate<M>(1, "m");
        int id = TSync.Read(&_state->MachineCount);
        TSync.Write(&m->Id, id);
        TSync.Write(&m->Started, id == 0 ? 1 : 0);
        TSync.Write(&m->Park, TSync.CreateNote($"m{id}.park"));
        TSync.Write(&m->AllLink, TSync.Read(&_state->AllMachines));
        TSync.Write(&_state->AllMachines, m);
        TSync.Write(&_state->MachineCount, id + 1);
        return m;
    }
}
