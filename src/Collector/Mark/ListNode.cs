namespace Testbed.Collector;

/// <summary>
/// What a node of a <see cref="LockFreeList{TSync}"/> starts with. It lies on a multiple of
/// <see cref="Alignment"/>, and its memory stays readable as long as the list. The seed's <c>LFNode</c>.
/// </summary>
internal struct ListNode
{
    /// <summary>What a node's address is a multiple of, so that the list's head has room for a tag.</summary>
    internal const int Alignment = 64;

    /// <summary>
    /// The list's head as it was before this node, address and tag: written by the pusher before its
    /// compare-and-swap, read by poppers that may have lost the node meanwhile. Racy.
    /// </summary>
    internal ulong Next;

    /// <summary>
    /// How often the node was pushed: its owner's, that is whoever popped it or made it. The head's compare-and-swaps
    /// order one owner after another.
    /// </summary>
    internal ulong PushCount;
}
