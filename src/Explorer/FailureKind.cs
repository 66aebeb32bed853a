namespace Testbed.Explorer;

/// <summary>What an execution failed with. Files and the command line write the names in kebab case.</summary>
public enum FailureKind
{
    /// <summary>A check of the test's own did not hold (<see cref="Sync.OracleException"/>).</summary>
    Oracle,

    /// <summary>An exception of another type left a thread or was reported by the code under test.</summary>
    Exception,

    /// <summary>
    /// Two accesses of one place that nothing orders, at least one of them plain and at least one a write.
    /// </summary>
    DataRace,

    /// <summary>
    /// Threads took locks in orders in which they could deadlock under another schedule, though they did not.
    /// </summary>
    LockOrder,

    /// <summary>Every thread that has not ended waits for another, for ever.</summary>
    Deadlock,

    /// <summary>As a deadlock, but some of the threads go round in wait loops.</summary>
    Livelock,

    /// <summary>
    /// As a deadlock, and a thread sleeps on a note that was woken: a clear wiped that out before anybody saw it.
    /// </summary>
    LostWakeUp,

    /// <summary>A read of what nobody had written since it was poisoned (<see cref="Sync.ISync.Poison"/>).</summary>
    UninitializedRead,

    /// <summary>An access to a block that was freed, or one that nothing orders before the free.</summary>
    UseAfterFree,

    /// <summary>A block was freed twice.</summary>
    DoubleFree,

    /// <summary>An access outside every block, or across the end of one, or a free of what is no block.</summary>
    OutOfBounds,

    /// <summary>
    /// A lock was left by a thread that does not hold it, kept by one that ended, or used after its end.
    /// </summary>
    LockMisuse,

    /// <summary>
    /// A note was woken twice, slept on by two threads, cleared under a sleeper, cleared while nothing ordered that
    /// against a wake or a sleep, or used after its end.
    /// </summary>
    NoteMisuse,

    /// <summary>A thread was joined twice, or joined itself.</summary>
    ThreadMisuse,

    /// <summary>
    /// A turn of a wait loop that was to change nothing (<see cref="Sync.ISync.Spin"/>) changed something.
    /// </summary>
    WaitLoopMisuse,

    /// <summary>
    /// Blocks, locks, notes or threads were left when all threads had ended: not freed, destroyed or joined.
    /// </summary>
    Leak,

    /// <summary>The execution took more steps than it may.</summary>
    StepLimit,

    /// <summary>A thread ran on for seconds without taking a step.</summary>
    Stalled,

    /// <summary>
    /// A failure that the same schedule did not show again: something outside the seam decides what the program does.
    /// </summary>
    Nondeterminism,
}
