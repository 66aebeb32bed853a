namespace Testbed.Collector;

/// <summary>
/// A goroutine that waits at a channel, for one case of its select. The seed's <c>SudoG</c>.
/// </summary>
/// <remarks>
/// It is a frame on the stack of its goroutine, as in the seed: that keeps the channel and the element alive while the
/// goroutine waits, so a channel that is freed has nobody in its queues, and takes nothing along. Under the lock of the
/// channel unless a field says otherwise.
/// </remarks>
internal unsafe struct Waiter
{
    /// <summary>Where it waits; constant while it does. A root.</summary>
    internal Channel* Channel;

    /// <summary>What is to be sent, or what was received: written by whoever takes it off its queue. A root if it is a reference.</summary>
    internal nint Element;

    /// <summary>Who waits; constant.</summary>
    internal G* Goroutine;

    /// <summary>The number of the case; constant.</summary>
    internal nint Case;

    /// <summary>1 if it sends, 0 if it receives; constant.</summary>
    internal nint Sends;

    /// <summary>1 if the channel was closed meanwhile: written by whoever takes it off its queue.</summary>
    internal nint Closed;

    /// <summary>
    /// In the first waiter of a select, what ended it: the number of the case plus one. 0 until then. Swapped in by the
    /// first who takes one of the select's waiters off a queue, each under a lock of its own. The seed's <c>selgen</c>.
    /// </summary>
    internal nint Fired;

    /// <summary>The first waiter of the same select; constant.</summary>
    internal Waiter* Leader;

    /// <summary>The waiter of the same select that was pushed before it, or null; constant.</summary>
    internal Waiter* Older;

    /// <summary>The queue that it stands in, or null.</summary>
    internal WaitQueue* Queue;

    /// <summary>The next in the queue; or the next to be made runnable, its taker's.</summary>
    internal Waiter* Next;

    /// <summary>The one before it in the queue.</summary>
    internal Waiter* Previous;
}
