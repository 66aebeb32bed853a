namespace Testbed.Collector;

/// <summary>What a P is doing. The seed's <c>Pidle</c> and so on, with its values.</summary>
internal enum ProcessorStatus
{
    /// <summary>On the idle list.</summary>
    Idle = 0,

    /// <summary>An M runs goroutines on it.</summary>
    Running = 1,

    /// <summary>Its M is in a system call; whoever swaps the status out owns it.</summary>
    Syscall = 2,

    /// <summary>Stopped for a stop of the world.</summary>
    GcStop = 3,

    /// <summary>One of more than there are now; nobody's.</summary>
    Dead = 4,
}

/// <summary>The right to run goroutines, in memory of the seam. The seed's <c>P</c>.</summary>
internal unsafe struct P
{
    /// <summary>Its number, from 0; constant.</summary>
    internal int Id;

    /// <summary>
    /// Changed by compare-and-swap where the old status is <see cref="ProcessorStatus.Syscall"/>, otherwise by its
    /// owner: its M, or the holder of the scheduler's lock when idle or stopped. Always accessed atomically.
    /// </summary>
    internal ProcessorStatus Status;

    /// <summary>Its thread cache; constant. The cache is the owner's.</summary>
    internal ThreadCache* Cache;

    /// <summary>
    /// Head and tail of its queue of runnable goroutines, see <see cref="RunQueues{TSync}"/>. Always accessed atomically.
    /// </summary>
    internal ulong RunQueue;

    /// <summary>The queue's slots, pointers to goroutines; constant. The owner writes them, thieves read them.</summary>
    internal nint* RunSlots;

    /// <summary>
    /// How many times a goroutine was looked for on it; written by the owner. Racy, for the monitor's sake, which compares
    /// what it is now with what it was. The seed's <c>schedtick</c>.
    /// </summary>
    internal int Tick;

    /// <summary>How many system calls were entered on it; the same for these. The seed's <c>syscalltick</c>.</summary>
    internal int SystemCallTick;

    /// <summary>Dead goroutines to be used again; the owner's. The seed's <c>gfree</c>.</summary>
    internal G* FreeGoroutines;

    /// <summary>How many they are; the owner's. The seed's <c>gfreecnt</c>.</summary>
    internal int FreeGoroutineCount;

    /// <summary>The next idle P; under the scheduler's lock.</summary>
    internal P* Link;
}
