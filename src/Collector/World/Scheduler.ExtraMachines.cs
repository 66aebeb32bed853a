namespace Testbed.Collector;

/// <content>
/// Threads that the world did not make, and the Ms that it lends them. The seed's <c>needm</c>, <c>dropm</c>,
/// <c>newextram</c>, <c>lockextra</c>, <c>unlockextra</c>.
/// </content>
/// <remarks>
/// <para>
/// An extra M has no thread but the one that borrowed it, and a goroutine of its own, which is dead while nobody has
/// the M (golang/go#16714; in the seed it is in a system call all the time, and counted). A thread takes an M off the
/// list, comes out of a system call with it, and gives both its P and the M back at the end.
/// </para>
/// <para>
/// Invariant: outside of <see cref="NeedMachine"/> and <see cref="AddExtraMachine"/> the list is empty only between the
/// take of the last M and the making of another, or for want of Ms. Nobody can make one before he has a P, so the list
/// keeps one in reserve.
/// </para>
/// </remarks>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>What <see cref="SchedulerState.ExtraMachines"/> is while somebody has the list: no M's address.</summary>
    private static M* LockedList => (M*)1;

    /// <summary>How many extra Ms nobody has, and how many there are. Any thread.</summary>
    internal (int Free, int All) ExtraMachines
    {
        get
        {
            M* first = LockExtraMachines(mayBeEmpty: true);
            int free = 0;
            for (M* m = first; m != null; m = TSync.Read(&m->ScheduleLink))
            {
                free++;
            }

            UnlockExtraMachines(first);
            TSync.Enter(_lock);
            int all = TSync.Read(&_state->ExtraMachineCount);
            TSync.Exit(_lock);
            return (free, all);
        }
    }

    /// <summary>
    /// Runs a body as a goroutine on the calling thread, which is none of this world's. The seed's <c>cgocallback</c> on
    /// a thread without an M.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nobody is in <see cref="Run"/>.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal void Call(Action<Goroutine<TSync>> body)
    {
        AdmitCaller();
        M* m = NeedMachine(out bool last);
        G* g = TSync.Read(&m->Current);
        long id = TSync.Add(&_state->LastGoroutineId, 1);
        TSync.VolatileWrite(&g->Id, id);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Syscall);
        try
        {
            ExitSystemCall(m);
            if (last)
            {
                AddExtraMachine();
            }

            new Goroutine<TSync>(_world, this, g, id, Goroutine<TSync>.ToAsync(body)).RunCall(m);
        }
        catch (Exception exception)
        {
            Fail(m, exception);
            throw;
        }
        finally
        {
            DropMachine(m);
            ReleaseCaller();
        }
    }

    /// <summary>
    /// Lets a thread in: from here on the run does not end, nor does a failed one, before it has left. Its goroutine is
    /// counted here, since it may be the only one left when it comes to run.
    /// </summary>
    private void AdmitCaller()
    {
        TSync.Enter(_lock);

        // Whether the run is over is decided under the lock, too, by an M that finds nobody left.
        bool failed = HasFailed;
        bool admitted = !failed && TryCountCaller();
        if (admitted)
        {
            TSync.Write(&_state->CallerCount, TSync.Read(&_state->CallerCount) + 1);
        }

        TSync.Exit(_lock);
        if (failed)
        {
            throw new WorldFailedException();
        }

        if (!admitted)
        {
            throw new InvalidOperationException("the world does not run");
        }
    }

    /// <summary>Counts one more goroutine, unless there is none: then nothing runs, or the run is about to end.</summary>
    private bool TryCountCaller()
    {
        long population = TSync.VolatileRead(&_state->Population);
        while (population >= OneLive)
        {
            long seen = TSync.CompareExchange(&_state->Population, population + OneLive + OneActive, population);
            if (seen == population)
            {
                return true;
            }

            population = seen;
        }

        return false;
    }

    /// <summary>Lets a thread out, which touches nothing of the world any more: the world may end now.</summary>
    private void ReleaseCaller()
    {
        TSync.Enter(_lock);
        TSync.Add(&_state->Population, -OneLive - OneActive);
        TSync.Write(&_state->CallerCount, TSync.Read(&_state->CallerCount) - 1);
        M* first = TakeFirstMachineIfOver();
        TSync.Exit(_lock);
        Wake(first);
    }

    /// <summary>Borrows an extra M, and waits for one if all there can be are lent. The seed's <c>needm</c>.</summary>
    /// <param name="last">Whether it was the last, so that the caller must make another.</param>
    private M* NeedMachine(out bool last)
    {
        M* m = LockExtraMachines(mayBeEmpty: false);
        M* next = TSync.Read(&m->ScheduleLink);
        UnlockExtraMachines(next);
        last = next == null;
        return m;
    }

    /// <summary>
    /// Ends the goroutine of an extra M, and gives its P and then the M back: whoever borrows it next finds it without
    /// a P. The seed's <c>dropm</c>.
    /// </summary>
    private void DropMachine(M* m)
    {
        G* g = TSync.Read(&m->Current);
        ShadowStack<TSync>.Reset(g);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Dead);
        TSync.RacyWrite(&g->Id, 0);

        // One that unwinds because the world has failed has none.
        if (TSync.Read(&m->Processor) != null)
        {
            TSync.Enter(_lock);
            M* woken = ReleaseProcessor(m, blocks: true);
            TSync.Exit(_lock);
            Wake(woken);
        }

        PutExtraMachine(m);
    }

    /// <summary>
    /// Makes an M for the list, with a goroutine, unless there are as many Ms as there can be: then the next thread
    /// waits for one that is given back. The seed's <c>newextram</c>.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The array of all goroutines cannot grow; the world has failed.</exception>
    private void AddExtraMachine()
    {
        TSync.Enter(_lock);
        M* m = TSync.Read(&_state->MachineCount) < _options.MaxMachines ? CreateMachine() : null;
        if (m != null)
        {
            TSync.Write(&m->Started, 1);
            TSync.Write(&_state->ExtraMachineCount, TSync.Read(&_state->ExtraMachineCount) + 1);
        }

        TSync.Exit(_lock);
        if (m != null)
        {
            TSync.Write(&m->Current, CreateGoroutine());
            PutExtraMachine(m);
        }
    }

    private void PutExtraMachine(M* m)
    {
        TSync.Write(&m->ScheduleLink, LockExtraMachines(mayBeEmpty: true));
        UnlockExtraMachines(m);
    }

    /// <summary>
    /// Takes the whole list, which others wait for until it is put back. No lock of the seam's, since in the seed a thread
    /// without an M cannot sleep on one. The seed's <c>lockextra</c>.
    /// </summary>
    /// <param name="mayBeEmpty">Whether to take an empty list, too, and not wait for an M to come.</param>
    /// <returns>The first M.</returns>
    private M* LockExtraMachines(bool mayBeEmpty)
    {
        for (int turn = 0; ; turn++)
        {
            M* first = TSync.VolatileRead(&_state->ExtraMachines);
            if (first != LockedList
                && (mayBeEmpty || first != null)
                && TSync.CompareExchange(&_state->ExtraMachines, LockedList, first) == first)
            {
                return first;
            }

            TSync.Spin(turn);
        }
    }

    /// <summary>Puts the list back with another first M, and what was written to it before. The seed's <c>unlockextra</c>.</summary>
    private void UnlockExtraMachines(M* first) => TSync.VolatileWrite(&_state->ExtraMachines, first);
}
