namespace Testbed.Collector;

/// <content>The thread that looks after what goroutines do too long. The seed's <c>sysmon</c>.</content>
/// <remarks>
/// It has no P, takes no part in a collection, and sleeps while nothing runs. A look takes back the Ps of goroutines that
/// are in a system call for longer than from one look to the next, asks one goroutine that runs for longer than a slice of
/// time to let others run, and starts a goroutine that collects if the last collection is old.
/// </remarks>
internal sealed unsafe partial class Scheduler<TSync>
{
    private const int LooksAtFullSpeed = 50;

    /// <summary>Starts the monitor if there is to be one and is none yet; by the one caller of <see cref="Run"/>.</summary>
    private void StartMonitor()
    {
        if (_options.MonitorNanoseconds != 0 && TSync.Read(&_state->Monitor).Handle == 0)
        {
            TSync.Write(&_state->Monitor, TSync.StartThread("sysmon", Monitor));
        }
    }

    /// <summary>Lets the monitor look again, if it sleeps for as long as nothing runs; under the lock.</summary>
    private void WakeMonitor()
    {
        if (TSync.Read(&_state->MonitorWaits) != 0)
        {
            TSync.Write(&_state->MonitorWaits, 0);
            TSync.Wake(_monitorNote);
        }
    }

    /// <summary>What the monitor does until the world ends.</summary>
    private void Monitor()
    {
        try
        {
            var seen = new Sight[WorldOptions.MaxProcessors];
            int inVain = 0;
            long nap = _options.MonitorNanoseconds;
            while (WaitUntilSomethingRuns(out int processors, out bool waited))
            {
                inVain = waited ? 0 : inVain + 1;
                nap = inVain == 0 ? _options.MonitorNanoseconds : nap;
                if (inVain > LooksAtFullSpeed)
                {
                    nap = Math.Min(2 * nap, Math.Max(_options.TimeSliceNanoseconds, _options.MonitorNanoseconds));
                }

                TSync.Sleep(_monitorNote, nap);
                if (Look(seen, processors))
                {
                    inVain = 0;
                    nap = _options.MonitorNanoseconds;
                }
            }
        }
#pragma warning disable CA1031 // Whatever the monitor throws ends the world and is thrown again by Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(_monitorMachine, exception);
        }
    }

    /// <summary>Sleeps while all Ps are idle or goroutines must stop, but not for ever while a collection may be due.</summary>
    /// <param name="processors">How many Ps there are.</param>
    /// <param name="waited">Whether it slept.</param>
    /// <returns>False if the world ends.</returns>
    private bool WaitUntilSomethingRuns(out int processors, out bool waited)
    {
        bool looks = false;
        for (waited = false; ; waited = true)
        {
            TSync.Enter(_lock);
            bool exits = TSync.Read(&_state->Exiting) != 0;
            bool stops = Stopping != StopReason.None;

            // While a stop is asked for, the number of Ps may change; it is not needed then.
            processors = stops ? 0 : ProcessorCount;
            bool waits = !exits
                && (stops || (!looks && TSync.Read(&_state->IdleProcessorCount) == processors));
            if (waits)
            {
                TSync.Write(&_state->MonitorWaits, 1);
            }

            TSync.Exit(_lock);
            if (!waits)
            {
                return !exits;
            }

            looks = !SleepUntilWoken();
        }
    }

    /// <summary>Sleeps until <see cref="WakeMonitor"/>, or until it is time to see whether a collection is due.</summary>
    /// <returns>Whether it was woken.</returns>
    private bool SleepUntilWoken()
    {
        if (_options.ForcedCollectionNanoseconds == 0)
        {
            TSync.Sleep(_monitorNote);
        }
        else
        {
            TSync.Sleep(_monitorNote, _options.ForcedCollectionNanoseconds / 2);
        }

        // It may be woken after its time is up: what it waits for says so.
        TSync.Enter(_lock);
        bool woken = TSync.Read(&_state->MonitorWaits) == 0;
        TSync.Write(&_state->MonitorWaits, 0);
        TSync.Exit(_lock);
        if (woken)
        {
            TSync.Clear(_monitorNote);
        }

        return woken;
    }

    /// <summary>Looks once. The seed's <c>retake</c>, and its <c>MHeap_Scavenger</c> as far as it collects.</summary>
    /// <returns>Whether a P was taken back.</returns>
    private bool Look(Sight[] seen, int processors)
    {
        long now = TSync.Now;
        bool took = false;
        for (int i = 0; i < processors; i++)
        {
            P* p = _processors[i];
            ref Sight sight = ref seen[i];
            switch (TSync.VolatileRead(&p->Status))
            {
                case ProcessorStatus.Syscall:
                    int calls = TSync.RacyRead(&p->SystemCallTick);
                    if (calls != sight.Calls)
                    {
                        sight.Calls = calls;
                        sight.CalledAt = now;
                    }
                    else if (IsWanted(p) || now - sight.CalledAt >= _options.TimeSliceNanoseconds)
                    {
                        took |= Retake(p);
                    }

                    break;
                case ProcessorStatus.Running:
                    int tick = TSync.RacyRead(&p->Tick);
                    if (tick != sight.Tick)
                    {
                        sight.Tick = tick;
                        sight.RunsSince = now;
                    }
                    else if (now - sight.RunsSince >= _options.TimeSliceNanoseconds)
                    {
                        Preempt(p, tick);
                    }

                    break;
            }
        }

        if (_world.Collection.IsOverdue)
        {
            ForceCollection();
        }

        return took;
    }

    /// <summary>
    /// Whether a P in a system call may have work that nobody else does: its queue is not empty, or no P is idle and no M
    /// looks for work. Racy: what is missed now is seen at the next look.
    /// </summary>
    private bool IsWanted(P* p)
        => !RunQueues<TSync>.IsEmpty(p)
            || TSync.VolatileRead(&_state->SpinningCount) + TSync.VolatileRead(&_state->IdleProcessorCount) == 0;

    /// <summary>Takes a P out of a system call, if its M does not come back first, and gives it to whoever has use for it.</summary>
    /// <returns>Whether it took it.</returns>
    private bool Retake(P* p)
    {
        M* woken = null;
        TSync.Enter(_lock);

        // A stopper of the world takes the Ps in system calls itself, and counts them.
        bool took = Stopping == StopReason.None
            && TSync.CompareExchange(&p->Status, ProcessorStatus.Idle, ProcessorStatus.Syscall)
                == ProcessorStatus.Syscall;
        if (took)
        {
            PutIdleProcessor(p);
            woken = AssignIdleProcessor(HasWork());
        }

        TSync.Exit(_lock);
        Wake(woken);
        return took;
    }

    /// <summary>
    /// Asks the goroutine that has run on a P since a tick to let others run, if there are any, and if no other P's is
    /// asked; one that did not do so and no longer runs is no longer asked. The seed's <c>preemptone</c>.
    /// </summary>
    private void Preempt(P* p, int tick)
    {
        TSync.Enter(_lock);
        P* asked = TSync.Read(&_state->Preempted);
        if (asked != null && TSync.RacyRead(&asked->Tick) != TSync.Read(&_state->PreemptedTick))
        {
            EndPreemption();
            asked = null;
        }

        if (asked == null && (TSync.Read(&_state->FirstWaiter) != null || HasWork()))
        {
            TSync.Write(&_state->PreemptedTick, tick);
            TSync.VolatileWrite(&_state->Preempted, p);
            TSync.Or((int*)&_state->Stop, (int)StopReason.Preemption);
        }

        TSync.Exit(_lock);
    }

    /// <summary>Whether the goroutine that runs on a P is asked to let others run; then it no longer is. Under the lock.</summary>
    private bool TakePreemption(P* p)
    {
        if (TSync.Read(&_state->Preempted) != p)
        {
            return false;
        }

        EndPreemption();
        return TSync.Read(&p->Tick) == TSync.Read(&_state->PreemptedTick);
    }

    /// <summary>Asks nobody any more to let others run; under the lock.</summary>
    private void EndPreemption()
    {
        TSync.VolatileWrite(&_state->Preempted, null);
        TSync.And((int*)&_state->Stop, ~(int)StopReason.Preemption);
    }

    /// <summary>
    /// Starts a goroutine that collects, unless one does so already. The seed's <c>forcegchelper</c>. It counts as live, so
    /// that the run does not end before it, and so it is only started in a run that is neither over nor deadlocked.
    /// </summary>
    private void ForceCollection()
    {
        if (TSync.VolatileRead(&_state->ForcedCollection) != 0)
        {
            return;
        }

        long population = TSync.VolatileRead(&_state->Population);
        while (population % OneLive != 0)
        {
            long seen = TSync.CompareExchange(&_state->Population, population + OneLive + OneActive, population);
            if (seen == population)
            {
                TSync.Write(&_state->ForcedCollection, 1);
                GoroutineHandle handle = Create(_monitorMachine, Goroutine<TSync>.ToAsync(CollectIfOverdue), 0);
                Enqueue(_monitorMachine, handle.G);
                return;
            }

            population = seen;
        }
    }

    private void CollectIfOverdue(Goroutine<TSync> g)
    {
        g.CollectIfOverdue();
        TSync.VolatileWrite(&_state->ForcedCollection, 0);
    }

    /// <summary>What the monitor saw of a P when it last looked, and since when; its own.</summary>
    private struct Sight
    {
        /// <summary>The P's <see cref="P.Tick"/>.</summary>
        internal int Tick;

        /// <summary>When that was new, in nanoseconds.</summary>
        internal long RunsSince;

        /// <summary>The P's <see cref="P.SystemCallTick"/>.</summary>
        internal int Calls;

        /// <summary>When that was new, in nanoseconds.</summary>
        internal long CalledAt;
    }
}
