using System.Globalization;
using System.Text;

namespace Testbed.Collector;

/// <content>The state of the scheduler as text. The seed's <c>schedtrace</c>.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>
    /// A line of counts and, if asked for, one for each P, M and goroutine, with the seed's numbers for their states.
    /// The line and the Ms are of one moment, the others each of their own. Any thread, without the lock.
    /// </summary>
    internal string Trace(bool detailed)
    {
        var text = new StringBuilder();
        long milliseconds = TSync.Now / 1_000_000;
        TSync.Enter(_lock);
        text.Append(
            CultureInfo.InvariantCulture,
            $"SCHED {milliseconds}ms: gomaxprocs={KnownProcessors} idleprocs={CountProcessors(ProcessorStatus.Idle)} "
            + $"threads={TSync.Read(&_state->MachineCount)} idlethreads={TSync.Read(&_state->IdleMachineCount)} "
            + $"runqueue={TSync.Read(&_state->RunnableCount)}\n");
        if (detailed)
        {
            AppendMachines(text);
        }

        TSync.Exit(_lock);
        if (detailed)
        {
            AppendProcessors(text);
            AppendGoroutines(text);
        }

        return text.ToString();
    }

    /// <summary>
    /// The part of it that needs no lock, since the thread that crashes, or one that it has stopped, may have it
    /// (golang/go#42669).
    /// </summary>
    private void AppendCrashTrace(StringBuilder text)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"\nSCHED {TSync.Now / 1_000_000}ms: gomaxprocs={KnownProcessors} "
            + $"idleprocs={CountProcessors(ProcessorStatus.Idle)}\n");
        AppendProcessors(text);
        AppendGoroutines(text);
    }

    /// <summary>How many Ps there were at some moment: nothing orders a change of their number against a crash.</summary>
    private int KnownProcessors => TSync.VolatileRead(&_state->ProcessorCount);

    private int CountProcessors(ProcessorStatus status)
    {
        int count = 0;
        int processors = KnownProcessors;
        for (int i = 0; i < processors; i++)
        {
            count += TSync.VolatileRead(&_processors[i]->Status) == status ? 1 : 0;
        }

        return count;
    }

    /// <summary>Under the lock.</summary>
    private void AppendMachines(StringBuilder text)
    {
        for (M* m = TSync.Read(&_state->AllMachines); m != null; m = TSync.Read(&m->AllLink))
        {
            M* idle = TSync.Read(&_state->IdleMachines);
            while (idle != null && idle != m)
            {
                idle = TSync.Read(&idle->ScheduleLink);
            }

            text.Append(CultureInfo.InvariantCulture, $"  M{TSync.Read(&m->Id)}: idle={(idle == null ? 0 : 1)}\n");
        }
    }

    private void AppendProcessors(StringBuilder text)
    {
        int processors = KnownProcessors;
        for (int i = 0; i < processors; i++)
        {
            P* p = _processors[i];
            text.Append(
                CultureInfo.InvariantCulture,
                $"  P{TSync.Read(&p->Id)}: status={(int)TSync.VolatileRead(&p->Status)}\n");
        }
    }

    private void AppendGoroutines(StringBuilder text)
    {
        G** goroutines = Goroutines.Snapshot(out long count);
        for (long i = 0; i < count; i++)
        {
            G* g = TSync.Read(goroutines + i);
            long id = TSync.VolatileRead(&g->Id);
            GoroutineStatus status = TSync.VolatileRead(&g->Status);
            if (id != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"  G{id}: status={(int)status}\n");
            }
        }
    }
}
