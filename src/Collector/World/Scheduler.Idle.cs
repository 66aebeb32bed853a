using Testbed.Sync;

namespace Testbed.Collector;

/// <content>Idle and waiting Ms, and the end of a run.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>Whether an M without a P is to leave instead of going idle; under the lock.</summary>
    private bool MustLeave(M* m)
    {
        if (m != _firstMachine)
        {
            return TSync.Read(&_state->Exiting) != 0;
        }

        // The caller of Run takes an exception along only when nobody runs any more.
        return HasFailed
            ? IsNobodyLeft(busy: 1)
            : TSync.VolatileRead(&_state->Population) < OneLive;
    }

    /// <summary>
    /// Whether every goroutine that has not ended waits for another, and nobody has said so yet; under the lock. The
    /// seed's <c>checkdead</c>.
    /// </summary>
    private bool IsDeadlocked
    {
        get
        {
            // Where none is active, none starts another or readies one, unless it comes from outside: the number of those
            // that live cannot change.
            long population = TSync.VolatileRead(&_state->Population);
            return population >= OneLive && population % OneLive == 0 && !HasFailed && !_options.ForeignCalls;
        }
    }

    /// <summary>
    /// Puts an M that is about to sleep on the idle list, and sees whether the run is over with it; under the lock.
    /// The seed's <c>mput</c>.
    /// </summary>
    /// <returns>The caller of <c>Run</c> if it must be woken to leave, else null.</returns>
    private M* PutIdleMachine(M* m)
    {
        TSync.Write(&m->ScheduleLink, TSync.Read(&_state->IdleMachines));
        TSync.Write(&_state->IdleMachines, m);
        TSync.Write(&_state->IdleMachineCount, TSync.Read(&_state->IdleMachineCount) + 1);
        return TakeFirstMachineIfOver();
    }

    /// <summary>The caller of <c>Run</c> off the idle list, if the run is over and it sleeps there; under the lock.</summary>
    /// <returns>The M, which must be woken to leave, or null.</returns>
    private M* TakeFirstMachineIfOver()
    {
        bool over = HasFailed
            ? IsNobodyLeft(busy: 0)
            : TSync.VolatileRead(&_state->Population) < OneLive;
        return over && TSync.Read(&_state->InRun) != 0 && RemoveIdleMachine(_firstMachine) ? _firstMachine : null;
    }

    /// <summary>
    /// Whether all Ms of the world are idle but so many, and no thread is in a call that the world did not make; under
    /// the lock.
    /// </summary>
    private bool IsNobodyLeft(int busy)
        => TSync.Read(&_state->IdleMachineCount) + TSync.Read(&_state->ExtraMachineCount) + busy
                == TSync.Read(&_state->MachineCount)
            && TSync.Read(&_state->CallerCount) == 0;

    /// <summary>An idle M off the list, or null; under the lock. The seed's <c>mget</c>.</summary>
    private M* TakeIdleMachine()
    {
        M* m = TSync.Read(&_state->IdleMachines);
        if (m != null)
        {
            TSync.Write(&_state->IdleMachines, TSync.Read(&m->ScheduleLink));
            TSync.Write(&_state->IdleMachineCount, TSync.Read(&_state->IdleMachineCount) - 1);
        }

        return m;
    }

    /// <summary>Takes one M off the idle list, wherever it stands; false if it is not on it. Under the lock.</summary>
    private bool RemoveIdleMachine(M* m)
    {
        M** link = &_state->IdleMachines;
        for (M* idle; (idle = TSync.Read(link)) != null; link = &idle->ScheduleLink)
        {
            if (idle == m)
            {
                TSync.Write(link, TSync.Read(&m->ScheduleLink));
                TSync.Write(&_state->IdleMachineCount, TSync.Read(&_state->IdleMachineCount) - 1);
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets an M that is about to sleep wait in place for a P; under the lock.</summary>
    private void AppendWaiter(M* m)
    {
        MachineQueue<TSync>.Append(&_state->FirstWaiter, &_state->LastWaiter, m);
        TSync.Write(&_state->WaiterCount, TSync.Read(&_state->WaiterCount) + 1);
    }

    /// <summary>The M that has waited longest in place for a P, off its list, or null; under the lock.</summary>
    private M* TakeWaiter()
    {
        M* m = MachineQueue<TSync>.TakeFirst(&_state->FirstWaiter, &_state->LastWaiter);
        if (m != null)
        {
            TSync.Write(&_state->WaiterCount, TSync.Read(&_state->WaiterCount) - 1);
        }

        return m;
    }

    /// <summary>All Ms that wait in place for a P, off their list and linked for <see cref="WakeAll"/>; under the lock.</summary>
    private M* TakeAllWaiters()
    {
        M* all = null;
        for (M* m; (m = TakeWaiter()) != null;)
        {
            TSync.Write(&m->ScheduleLink, all);
            all = m;
        }

        return all;
    }

    /// <summary>Lets every M leave and waits for the threads; nobody is in <c>Run</c>.</summary>
    private void ExitMachines()
    {
        TSync.Enter(_lock);
        TSync.Write(&_state->Exiting, 1);
        WakeMonitor();
        SyncThread monitor = TSync.Read(&_state->Monitor);
        M* idle = null;
        for (M* m; (m = TakeIdleMachine()) != null;)
        {
            TSync.Write(&m->ScheduleLink, idle);
            idle = m;
        }

        TSync.Exit(_lock);
        WakeAll(idle);
        if (monitor.Handle != 0)
        {
            // First, since it may still start an M.
            TSync.Join(monitor);
        }

        // An M is started by an older one: once that is joined, the thread of the younger is known.
        for (int id = 0; FindMachine(id) is var m && m != null; id++)
        {
            SyncThread thread = TSync.Read(&m->Thread);
            if (thread.Handle != 0)
            {
                TSync.Join(thread);
            }
        }

        M* all = TSync.Read(&_state->AllMachines);
        while (all != null)
        {
            M* next = TSync.Read(&all->AllLink);
            TSync.Destroy(TSync.Read(&all->Park));
            TSync.Free(all);
            all = next;
        }
    }

    /// <summary>The M with a number, or null; once all goroutines have ended, so that nobody makes Ms any more.</summary>
    private M* FindMachine(int id)
    {
        M* m = TSync.Read(&_state->AllMachines);
        while (m != null && TSync.Read(&m->Id) != id)
        {
            m = TSync.Read(&m->AllLink);
        }

        return m;
    }
}
