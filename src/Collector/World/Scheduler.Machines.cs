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
        do
        {
            P* p = TSync.Read(&m->Processor);
            G* g = p == null || Stopping != StopReason.None ? null : TakeWork(m, p);
            if (g != null)
            {
                EndSpinning(m);
                return g;
            }
        }
        while (WaitForWork(m));
        return null;
    }

    /// <summary>
    /// A goroutine to run on the M's P: from its queue, the queue for all, or another P's; and every so often from the
    /// queue for all first, which two goroutines that ready each other would else starve.
    /// </summary>
    private G* TakeWork(M* m, P* p)
    {
        int tick = TSync.Read(&p->Tick) + 1;
        TSync.RacyWrite(&p->Tick, tick);
        bool fair = tick % _options.FairTurn == 0;
        G* g = fair ? null : _runQueues.TryTake(p);
        if (g != null)
        {
            return g;
        }

        // Those that wait in place for a P came before the queue for all: the M gives them its own.
        TSync.Enter(_lock);
        bool waiter = TSync.Read(&_state->FirstWaiter) != null;
        g = waiter ? null : TakeShare(p, fair);
        TSync.Exit(_lock);
        if (g != null || waiter)
        {
            return g;
        }

        g = fair ? _runQueues.TryTake(p) : null;
        return g != null ? g : Steal(m, p);
    }

    /// <summary>
    /// A goroutine off the queue for all, and with it onto the P's empty queue as many as are each P's share, or none if
    /// only one is wanted; under the lock. The seed's <c>globrunqget</c>.
    /// </summary>
    private G* TakeShare(P* p, bool onlyOne)
    {
        int count = TSync.Read(&_state->RunnableCount);
        int share = onlyOne ? 1 : Math.Min((count / ProcessorCount) + 1, _runQueues.Length);
        G* g = TakeRunnable();
        for (int taken = 1; taken < Math.Min(count, share); taken++)
        {
            _runQueues.TryPut(p, TakeRunnable());
        }

        return g;
    }

    /// <summary>Half of some other P's goroutines; the M's P has none. Null if no P has any.</summary>
    private G* Steal(M* m, P* p)
    {
        int count = ProcessorCount;
        if (count > 1 && TSync.Read(&m->Spinning) == 0)
        {
            StartSpinning(m);
        }

        int own = TSync.Read(&p->Id);
        for (int i = 1; i < count; i++)
        {
            G* g = _runQueues.TrySteal(p, _processors[(own + i) % count]);
            if (g != null)
            {
                return g;
            }
        }

        return null;
    }

    private void StartSpinning(M* m)
    {
        TSync.Write(&m->Spinning, 1);
        TSync.Add(&_state->SpinningCount, 1);
    }

    /// <summary>
    /// Ends the search of an M that has found a goroutine. Where there was one there may be more, and while it looked
    /// nobody woke another: the last to end does. The seed's <c>resetspinning</c>.
    /// </summary>
    private void EndSpinning(M* m)
    {
        if (TSync.Read(&m->Spinning) != 0)
        {
            TSync.Write(&m->Spinning, 0);
            if (TSync.Add(&_state->SpinningCount, -1) == 0)
            {
                WakeProcessor();
            }
        }
    }

    /// <summary>
    /// Gives the M's P up, if it has one, and sleeps, unless there is an idle P and something to run on it after all.
    /// </summary>
    /// <returns>False if the M is to leave instead.</returns>
    private bool WaitForWork(M* m)
    {
        TSync.Enter(_lock);
        M* woken = TSync.Read(&m->Processor) == null ? null : ReleaseProcessor(m, blocks: false);
        if (TSync.Read(&m->Spinning) != 0)
        {
            TSync.Write(&m->Spinning, 0);
            TSync.Add(&_state->SpinningCount, -1);
        }

        // After it has counted its P idle and itself out: see SpinningCount.
        bool work = Stopping == StopReason.None
            && TSync.Read(&_state->IdleProcessors) != null
            && HasWork();
        bool leaves = !work && MustLeave(m);
        bool deadlock = !work && !leaves && IsDeadlocked;
        M* caller = null;
        if (work)
        {
            // It looks again, so that it wakes another M once it has found something: there may be more, and whoever had
            // seen it look woke nobody. (In the seed an M need not count as looking to wake another.)
            TSync.Write(&m->Processor, TakeIdleProcessor());
            StartSpinning(m);
        }
        else if (!leaves && !deadlock)
        {
            caller = PutIdleMachine(m);
        }

        TSync.Exit(_lock);
        Wake(woken);
        Wake(caller);
        if (deadlock)
        {
            // Not under the lock, which the dump must not need (golang/go 4ff45821ae).
            Fail(m, new DeadlockException());
        }
        else if (!work && !leaves)
        {
            Sleep(m);
        }

        return !leaves;
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
                // Once the first lock is left, the goroutine may run elsewhere and park on others.
                LockSet<TSync> locks = goroutine.ParkLocks;
                MakeWaiting(g, goroutine.ParkReason, OneActive);
                locks.Exit();
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
        TSync.RacyWrite(&g->Id, 0);
        G* joiner = TSync.Read(&g->Joiners);
        TSync.Write(&g->Joiners, null);
        TSync.Exit(_lock);
        while (joiner != null)
        {
            G* next = TSync.Read(&joiner->ScheduleLink);
            Ready(m, joiner);
            joiner = next;
        }

        TSync.Add(&_state->Population, -OneLive - OneActive);
        _freeGoroutines.Put(TSync.Read(&m->Processor), g);
    }

    /// <summary>Puts a goroutine that yielded at the end of the queue for all. The seed's <c>gosched0</c>.</summary>
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
            MakeWaiting(g, WaitReason.Join, OneActive);
        }

        TSync.Exit(_lock);
    }

    /// <summary>
    /// Makes a goroutine wait for another that has left its M; under the lock under which others find it. The seed's
    /// <c>park0</c>.
    /// </summary>
    /// <param name="g">The goroutine.</param>
    /// <param name="reason">What it waits for.</param>
    /// <param name="fewer">What the population loses, in one step: what it is between two would look like a deadlock.</param>
    private void MakeWaiting(G* g, WaitReason reason, long fewer)
    {
        GoroutineWait<TSync>.Begin(g, reason);
        TSync.Add(&_state->Population, -fewer);
    }

    /// <summary>
    /// Lets a goroutine go on that waits for another; by a goroutine's M, which may hold the lock that it parked on. The
    /// seed's <c>ready</c>.
    /// </summary>
    /// <param name="m">The M.</param>
    /// <param name="g">The goroutine that waits.</param>
    /// <param name="more">What the population gains: what <see cref="MakeWaiting"/> took.</param>
    internal void Ready(M* m, G* g, long more = OneActive)
    {
        GoroutineWait<TSync>.End(g, GoroutineStatus.Runnable);
        TSync.Add(&_state->Population, more);
        Enqueue(m, g);
    }

    /// <summary>
    /// Takes the M's P away: to the stopper of the world if there is one, else to an M that has use for it, else to
    /// the idle list; under the lock. The seed's <c>handoffp</c>.
    /// </summary>
    /// <param name="m">The M.</param>
    /// <param name="blocks">Whether it does not look for queued goroutines itself after this.</param>
    /// <returns>An M to be given to <see cref="Wake"/> once the lock is left, or null.</returns>
    private M* ReleaseProcessor(M* m, bool blocks)
    {
        P* p = TSync.Read(&m->Processor);
        TSync.Write(&m->Processor, null);
        StopReason stop = Stopping;
        if ((stop & StopReason.World) != 0)
        {
            TSync.VolatileWrite(&p->Status, ProcessorStatus.GcStop);
            CountStopped();
            return null;
        }

        PutIdleProcessor(p);

        // In a world that has failed, also while it was stopped, whoever waits unwinds instead and lets the others go.
        return stop == StopReason.None ? AssignIdleProcessor(blocks && HasWork()) : TakeWaiter();
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
            StopReason stop = Stopping;

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
        TSync.Write(&m->Thread, TSync.StartThread($"m{TSync.Read(&m->Id)}", () => RunMachine(m)));
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
