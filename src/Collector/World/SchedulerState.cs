namespace Testbed.Collector;

/// <summary>Why running goroutines must leave their P at the next safepoint; bits.</summary>
[Flags]
internal enum StopReason
{
    /// <summary>They may run.</summary>
    None = 0,

    /// <summary>The world is being stopped, or has stopped. The seed's <c>gcwaiting</c>.</summary>
    World = 1,

    /// <summary>The world has failed and will not go on.</summary>
    Failure = 2,

    /// <summary>
    /// A thread crashes and dumps the world: goroutines wait where they stop, until it has ended with <see cref="Failure"/>.
    /// The seed's <c>freezetheworld</c>.
    /// </summary>
    Frozen = 4,
}

/// <summary>The words of the scheduler that everybody shares, in memory of the seam. The seed's <c>sched</c>.</summary>
/// <remarks>All under the scheduler's lock unless a field says otherwise.</remarks>
internal unsafe struct SchedulerState
{
    /// <summary>
    /// Written by atomic operations, <see cref="StopReason.World"/> under the lock, the others by a crashing thread
    /// without it; read at any time, volatile. Together with the status of a P it is a Dekker pair: a stopper sets this and then looks for Ps in system calls, an M sets its P's status and then
    /// looks here, each with a full fence between, so that one of them sees the other.
    /// </summary>
    internal StopReason Stop;

    /// <summary>How many Ps the stopper still waits for. The seed's <c>stopwait</c>.</summary>
    internal int StopWait;

    /// <summary>Idle Ms, which sleep. The seed's <c>midle</c>.</summary>
    internal M* IdleMachines;

    /// <summary>How many they are. The seed's <c>nmidle</c>.</summary>
    internal int IdleMachineCount;

    /// <summary>How many Ms there are. The seed's <c>mcount</c>.</summary>
    internal int MachineCount;

    /// <summary>All Ms, newest first. The seed's <c>allm</c>.</summary>
    internal M* AllMachines;

    /// <summary>Ms whose goroutine waits in place for a P, oldest first.</summary>
    internal M* FirstWaiter;

    /// <summary>The youngest of them.</summary>
    internal M* LastWaiter;

    /// <summary>How many they are.</summary>
    internal int WaiterCount;

    /// <summary>Idle Ps. The seed's <c>pidle</c>.</summary>
    internal P* IdleProcessors;

    /// <summary>Runnable goroutines, oldest first. The seed's <c>runqhead</c>.</summary>
    internal G* FirstRunnable;

    /// <summary>The youngest of them. The seed's <c>runqtail</c>.</summary>
    internal G* LastRunnable;

    /// <summary>How many they are. The seed's <c>runqsize</c>.</summary>
    internal int RunnableCount;

    /// <summary>The number of the last goroutine made. Atomic. The seed's <c>goidgen</c>.</summary>
    internal long LastGoroutineId;

    /// <summary>How many goroutines have been started and have not ended.</summary>
    internal long LiveGoroutines;

    /// <summary>How many of them wait for something that only another goroutine can bring about.</summary>
    internal long ParkedGoroutines;

    /// <summary>Whether somebody may stop the world. The seed's <c>worldsema</c>.</summary>
    internal int WorldHeld;

    /// <summary>Ms whose goroutine waits for that right, oldest first; it is handed over in this order.</summary>
    internal M* FirstWorldWaiter;

    /// <summary>The youngest of them.</summary>
    internal M* LastWorldWaiter;

    /// <summary>1 once the world ends: every idle M leaves.</summary>
    internal int Exiting;

    /// <summary>1 while somebody is in <c>Run</c>.</summary>
    internal int InRun;

    /// <summary>A handle to the exception that ended the world, or 0; under the crash lock.</summary>
    internal nint Failure;
}
