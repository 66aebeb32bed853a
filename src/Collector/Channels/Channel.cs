namespace Testbed.Collector;

/// <summary>
/// How a channel starts in the heap; its buffer follows. All words but those that never change are under the channel's
/// lock, see <see cref="ChannelTable{TSync}"/>. The seed's <c>Hchan</c>.
/// </summary>
/// <remarks>
/// Invariants: receivers wait only while the buffer is empty and nobody sends, senders only while the buffer is full and
/// nobody receives, and nobody waits at a closed channel; those aside whose select another channel has ended.
/// </remarks>
internal unsafe struct Channel
{
    /// <summary>The type of the channel, by which it is known to be one; constant.</summary>
    internal TypeInfo* Type;

    /// <summary>How many elements the buffer has room for; constant. The seed's <c>dataqsiz</c>.</summary>
    internal nint Capacity;

    /// <summary>How many elements the buffer holds. The seed's <c>qcount</c>.</summary>
    internal int Count;

    /// <summary>Where the oldest of them is. The seed's <c>recvx</c>; its <c>sendx</c> is <see cref="Count"/> behind.</summary>
    internal int First;

    /// <summary>1 once the channel is closed.</summary>
    internal nint Closed;

    /// <summary>Those who wait for an element. The seed's <c>recvq</c>.</summary>
    internal WaitQueue Receivers;

    /// <summary>Those who wait to be rid of one. The seed's <c>sendq</c>.</summary>
    internal WaitQueue Senders;

    /// <summary>An element's place in the buffer.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="index">From 0 to its capacity - 1.</param>
    internal static nint* ElementOf(Channel* channel, nint index) => (nint*)(channel + 1) + index;
}
