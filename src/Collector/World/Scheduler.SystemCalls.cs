namespace Testbed.Collector;

/// <content>System calls: a goroutine that may block keeps its thread, while its P may be taken.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>Before a call that may block: the goroutine leaves heap and frames alone until it is back. The seed's <c>entersyscall</c>.</summary>
    /// <exception cref="WorldFailedException">The world has failed and the goroutine unwinds.</exception>
    internal void EnterSystemCall(M* m)
    {
        G* g = TSync.Read(&m->Current);
        P* p = TSync.Read(&m->Processor);
        if (p == null)
        {
            throw new WorldFailedException();
        }

        TSync.VolatileWrite(&g->Status, GoroutineStatus.Syscall);
        TSync.RacyWrite(&p->SystemCallTick, TSync.Read(&p->SystemCallTick) + 1);

        // A full fence: either the stopper of the world sees this status, or its stop is seen below.
        TSync.Exchange(&p->Status, ProcessorStatus.Syscall);
        if ((TSync.VolatileRead(&_state->Stop) & StopReason.World) == 0)
        {
            return;
        }

        TSync.Enter(_lock);
        if (TSync.Read(&_state->StopWait) > 0 && StopInSystemCall(p))
        {
            CountStopped();
        }

        TSync.Exit(_lock);
    }

    /// <summary>After the call: goes on with the same P if nobody took it, else waits for one. The seed's <c>exitsyscall</c>.</summary>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal void ExitSystemCall(M* m)
    {
        G* g = TSync.Read(&m->Current);
        P* p = TSync.Read(&m->Processor);

        // Whoever swaps the status owns the P. If another M has brought it into a system call of its own meanwhile,
        // that M finds it gone and waits for one, as this would have. An M that was just borrowed comes without one.
        if (p == null
            || TSync.CompareExchange(&p->Status, ProcessorStatus.Running, ProcessorStatus.Syscall)
                != ProcessorStatus.Syscall)
        {
            TSync.Write(&m->Processor, null);
            TSync.VolatileWrite(&g->Status, GoroutineStatus.Runnable);
            WaitForProcessor(m);
        }

        GoroutineWait<TSync>.End(g, GoroutineStatus.Running);
    }
}
