namespace Testbed.Bugs;

/// <summary>How a synchronization operation of the collector is weakened.</summary>
public enum MutationKind
{
    /// <summary>
    /// A critical section loses its lock: every enter of it, and every exit that a path from one of them comes to. An exit
    /// alone, of a lock that a caller entered, is no section: without it the lock would be held for ever.
    /// </summary>
    DropLock,

    /// <summary>A compare-and-swap becomes a read, a comparison and a write, each with its order.</summary>
    SplitCompareExchange,

    /// <summary>An atomic add, or, and, or exchange becomes a read and a write, each with its order.</summary>
    SplitUpdate,

    /// <summary>A write with release order becomes a plain one.</summary>
    PlainWrite,

    /// <summary>A read with acquire order becomes a plain one.</summary>
    PlainRead,

    /// <summary>
    /// A store and the volatile one behind it, to another place, change places. The order of two plain ones nobody can
    /// tell without a data race; and a plain one may move before a volatile one on any machine, so that is no weakening.
    /// The order of a plain one and a volatile one matters only to a thread that reads the volatile place and then the
    /// plain one, with nothing else between that orders them: it is tried where there is a member that reads the one
    /// with acquire order and then the other, itself or in a member that it calls or that calls it.
    /// </summary>
    SwapStores,

    /// <summary>Nobody is woken.</summary>
    DropWake,

    /// <summary>Nobody sleeps.</summary>
    DropSleep,

    /// <summary>A note stays woken.</summary>
    DropClear,

    /// <summary>A wait loop does not give way.</summary>
    DropSpin,

    /// <summary>A thread's end is not awaited.</summary>
    DropJoin,
}
