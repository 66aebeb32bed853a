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

    /// <summary>
    /// An atomic add, or, and, or exchange becomes a read and a write, each with its order. An exchange whose result nobody
    /// uses is as good as a write then, which is no weakening but for its fence: see <see cref="DelayUpdate"/>.
    /// </summary>
    SplitUpdate,

    /// <summary>
    /// A full fence becomes a release: an atomic update whose result nobody uses moves behind the next statement of its
    /// block that looks at another place with acquire order, itself or in a member that it calls, before any other fence;
    /// of an <c>if</c> behind the condition. A store buffer may do that to a write that is none.
    /// </summary>
    DelayUpdate,

    /// <summary>A write with release order becomes a plain one.</summary>
    PlainWrite,

    /// <summary>A read with acquire order becomes a plain one.</summary>
    PlainRead,

    /// <summary>
    /// A store and the volatile one behind it, to another place, change places. The order of two plain ones nobody can
    /// tell without a data race; and a plain one may move before a volatile one on any machine, so that is no weakening.
    /// The order of a plain one and a volatile one matters only to a thread that reads the volatile place and then the
    /// plain one, with nothing else between that orders them: it is tried where there is a member that reads the one
    /// with acquire order and then the other, itself or in a member that it calls or that calls it. Not if the first
    /// stores what it reads from the place of the second: no machine moves that.
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
