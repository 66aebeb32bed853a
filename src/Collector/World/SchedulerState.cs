using Testbed.Sync;

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

    /// <summary>
    /// The goroutine on <see cref="SchedulerState.Preempted"/> is to let others run. Nobody else stops for it. The seed's
    /// <c>g.preempt</c>.
    /// </summary>
    Preemption = 8,
}

/// <summary>The words of the scheduler that everybody shares, in memory of the seam. The seed's <c>sched</c>.</summary>
/// <remarks>All under the scheduler's lock unless a field says otherwise.</remarks>
internal unsafe struct SchedulerState
{
    /// <summary>
    /// Written by atomic operations, <see cref="StopReason.World"/> and <see cref="StopReason.Preemption"/> under the lock, the others by a crashing thread
    /// without it; read at any time, volatile. Together with the status of a P it is a Dekker pair: a stopper sets this and then looks for Ps in system calls, an M sets its P's status and then
    /// looks here, each with a full fence between, so that one of them sees the other.
    /// </summary>
    internal StopReason Stop;

    /// <summary>
    /// How many Ps there are: written by whoever has stopped the world, read on a P, or under the lock while no stop is
    /// asked for. The seed's <c>gomaxprocs</c>.
    /// </summary>
    internal int ProcessorCount;

    /// <summary>How many Ps the stopper still waits for; once there is none, its own. The seed's <c>stopwait</c>.</summary>
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

    /// <summary>
    /// How many they are: changed under the lock by a full fence, read under it or, volatile, at any time. With the Ps'
    /// queues it is a Dekker pair: who makes a goroutine runnable queues it and then looks whether a P is idle, who makes a
    /// P idle counts it and then looks at the queues, so that one of them sees the other. The seed's <c>npidle</c>.
    /// </summary>
    internal int IdleProcessorCount;

    /// <summary>
    /// How many Ms look for goroutines to steal; atomic. While there is one, nobody wakes another for a goroutine, and
    /// the last one looks at all queues after it has counted itself out: the other half of that pair. The seed's
    /// <c>nmspinning</c>.
    /// </summary>
    internal int SpinningCount;

    /// <summary>
    /// Runnable goroutines that are on no P's queue, oldest first. The seed's <c>runqhead</c>.
    /// </summary>
    internal G* FirstRunnable;

    /// <summary>The youngest of them. The seed's <c>runqtail</c>.</summary>
    internal G* LastRunnable;

    /// <summary>How many they are. The seed's <c>runqsize</c>.</summary>
    internal int RunnableCount;

    /// <summary>The number of the last goroutine made. Atomic. The seed's <c>goidgen</c>.</summary>
    internal long LastGoroutineId;

    /// <summary>
    /// In the upper half how many goroutines have been started and have not ended, in the lower how many of them do not
    /// wait for another goroutine. Atomic, both in one word so that they are read at one moment.
    /// </summary>
    internal long Population;

    /// <summary>Whether somebody may stop the world. The seed's <c>worldsema</c>.</summary>
    internal int WorldHeld;

    /// <summary>Ms whose goroutine waits for that right, oldest first; it is handed over in this order.</summary>
    internal M* FirstWorldWaiter;

    /// <summary>The youngest of them.</summary>
    internal M* LastWorldWaiter;

    /// <summary>1 once the world ends: every idle M leaves, and so does the monitor.</summary>
    internal int Exiting;

    /// <summary>
    /// 1 while the monitor sleeps for as long as nothing runs: whoever lets something run takes it back and wakes the
    /// monitor. The seed's <c>sysmonwait</c>.
    /// </summary>
    internal int MonitorWaits;

    /// <summary>
    /// The monitor's thread; the default if there is none. Written by a caller of <c>Run</c>, of whom there is one at a time,
    /// and read when the world ends.
    /// </summary>
    internal SyncThread Monitor;

    /// <summary>
    /// The P whose goroutine is to let others run, or null; set exactly while <see cref="StopReason.Preemption"/> is.
    /// Written under the lock, and read at safepoints without it, volatile: whoever sees another's P is not meant.
    /// </summary>
    internal P* Preempted;

    /// <summary>The <see cref="P.Tick"/> of that goroutine: one that came later is not meant.</summary>
    internal int PreemptedTick;

    /// <summary>
    /// 1 from when the monitor starts a goroutine that collects until that has ended. Written by the monitor before it
    /// queues that goroutine, and back by the goroutine, volatile, for the monitor, which alone reads it.
    /// </summary>
    internal int ForcedCollection;

    /// <summary>
    /// The first M for threads that the world did not make, linked by <see cref="M.ScheduleLink"/>; or 1 while somebody
    /// has the list, who swaps that in and writes the new first back: both order what is written to the Ms on it. Not
    /// under the scheduler's lock. The seed's <c>extram</c>.
    /// </summary>
    internal M* ExtraMachines;

    /// <summary>How many such Ms there are, on the list or lent.</summary>
    internal int ExtraMachineCount;

    /// <summary>How many such threads are in a call of the world.</summary>
    internal int CallerCount;

    /// <summary>1 while somebody is in <c>Run</c>; when the world ends, its last thread reads it without the lock.</summary>
    internal int InRun;

    /// <summary>
    /// A handle to the exception that ended the world, or 0; under the crash lock, and read without it once
    /// <see cref="Stop"/> tells of the failure.
    /// </summary>
    internal nint Failure;
}
