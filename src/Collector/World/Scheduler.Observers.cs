namespace Testbed.Collector;

/// <content>Those who look at all goroutines while they run. The seed's <c>gcount</c>, <c>tracebackothers</c>, <c>GoroutineProfile</c>.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>How many goroutines could run, run, are in a system call or wait. Any thread. The seed's <c>gcount</c>.</summary>
    internal long CountGoroutines()
    {
        long alive = 0;
        G** goroutines = Goroutines.Snapshot(out long count);
        for (long i = 0; i < count; i++)
        {
            if (IsAlive(TSync.VolatileRead(&TSync.Read(goroutines + i)->Status)))
            {
                alive++;
            }
        }

        return alive;
    }

    /// <summary>
    /// A line for each goroutine that is alive, with its number and status as they were at some moment, which need not
    /// be the same for two goroutines. Any thread.
    /// </summary>
    internal List<GoroutineInfo> ListGoroutines()
    {
        var list = new List<GoroutineInfo>();
        G** goroutines = Goroutines.Snapshot(out long count);
        for (long i = 0; i < count; i++)
        {
            G* g = TSync.Read(goroutines + i);
            GoroutineStatus status = TSync.VolatileRead(&g->Status);
            long id = TSync.VolatileRead(&g->Id);
            if (IsAlive(status) && id != 0)
            {
                list.Add(new GoroutineInfo(id, NameOf(status)));
            }
        }

        return list;
    }

    /// <summary>
    /// The same at one moment, at which the world is stopped, for the goroutine that the M runs. The seed's
    /// <c>GoroutineProfile</c>.
    /// </summary>
    internal List<GoroutineInfo> ProfileGoroutines(M* m) => WhileStopped(m, ListStopped);

    /// <summary>Bytes of all goroutines' stacks, those of dead ones too; while the world is stopped.</summary>
    internal long StackBytes
    {
        get
        {
            long bytes = 0;
            for (long i = 0, count = Goroutines.Count; i < count; i++)
            {
                bytes += ShadowStack<TSync>.BytesOf(Goroutines[i]);
            }

            return bytes;
        }
    }

    /// <summary>Bytes of what describes goroutines, Ms and Ps; while the world is stopped.</summary>
    internal long DescriptionBytes
        => (Goroutines.Count * (sizeof(G) + sizeof(G*)))
            + (TSync.Read(&_state->MachineCount) * (long)sizeof(M))
            + (ProcessorCount * ((long)sizeof(P) + (_runQueues.Length * sizeof(G*))));

    /// <summary>Reads something while the world is stopped, for the goroutine that the M runs.</summary>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal T WhileStopped<T>(M* m, Func<T> read)
    {
        AcquireWorld(m);
        StopTheWorld(m);
        try
        {
            return read();
        }
        finally
        {
            StartTheWorld(m, wantsHelper: false);
            ReleaseWorld();
        }
    }

    /// <summary>All that is known of the goroutines that are alive; while the world is stopped.</summary>
    internal List<GoroutineInfo> ListStopped()
    {
        var list = new List<GoroutineInfo>();
        for (long i = 0, count = Goroutines.Count; i < count; i++)
        {
            G* g = Goroutines[i];
            GoroutineStatus status = TSync.VolatileRead(&g->Status);
            if (IsAlive(status))
            {
                // Plain: nothing ends while the world is stopped, and the status was written after the number.
                list.Add(new GoroutineInfo(TSync.Read(&g->Id), NameOf(status))
                {
                    WaitReason = status == GoroutineStatus.Waiting ? NameOf(TSync.Read(&g->WaitReason)) : "",
                    BlockedSince = TSync.Read(&g->WaitSince),
                    FrameSlots = ShadowStack<TSync>.ListFrames(g),
                });
            }
        }

        return list;
    }

    private static bool IsAlive(GoroutineStatus status)
        => status is GoroutineStatus.Runnable or GoroutineStatus.Running or GoroutineStatus.Syscall
            or GoroutineStatus.Waiting;

    private static string NameOf(GoroutineStatus status) => status switch
    {
        GoroutineStatus.Runnable => "runnable",
        GoroutineStatus.Running => "running",
        GoroutineStatus.Syscall => "syscall",
        _ => "waiting",
    };

    private static string NameOf(WaitReason reason) => reason switch
    {
        WaitReason.Collecting => "garbage collection",
        WaitReason.WorldSemaphore => "world semaphore",
        WaitReason.Join => "join",
        WaitReason.Finalizers => "finalizers",
        WaitReason.ChannelSend => "channel send",
        WaitReason.ChannelReceive => "channel receive",
        WaitReason.Select => "select",
        _ => "",
    };
}
