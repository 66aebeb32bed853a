using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>A list of nodes, last in first out, that any thread may push to and pop from. The seed's <c>lfstack</c>.</summary>
/// <remarks>
/// <para>
/// The head holds the first node's address and, in its low bits, a tag: how often that node was pushed. A popper reads
/// the head, then the node's successor, and swaps the successor in if the head is still the same. Others may pop the
/// node meanwhile, use it and push it again, with another successor; then its tag has changed and the swap fails.
/// Invariant: a head that is the same is a node that was on the list all the time, so its successor was too. It holds
/// until a node is pushed 2^tagBits times between a popper's read and its swap.
/// </para>
/// <para>
/// A node keeps its successor's tag beside its address. (The seed read the tag from the successor, which the popper
/// does not own: golang/go commit 62a4359e2e.)
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class LockFreeList<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int AddressBits = 48;
    private const int AddressShift = 64 - AddressBits;

    private readonly string _name;
    private readonly ulong _tagMask;
    private readonly State* _state;

    /// <summary>Makes an empty list.</summary>
    /// <param name="name">What reports call its head.</param>
    /// <param name="tagBits">How many bits of the head count pushes; from 0 to 20.</param>
    internal LockFreeList(string name, int tagBits)
    {
        _name = name;
        _tagMask = (1UL << tagBits) - 1;
        _state = TSync.Allocate<State>(1, name);
    }

    /// <summary>
    /// Whether there was no node a moment ago. Racy: a hint, good enough to decide whether to try a pop or to share
    /// work. What it misses now it sees on a later look.
    /// </summary>
    internal bool MaybeEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSync.RacyRead(&_state->Head) == 0;
    }

    /// <summary>Puts a node in front; any thread that owns the node.</summary>
    /// <exception cref="CorruptionException">The node's address does not fit into the head.</exception>
    internal void Push(ListNode* node)
    {
        ulong pushCount = TSync.Read(&node->PushCount) + 1;
        TSync.Write(&node->PushCount, pushCount);
        ulong head = Pack(node, pushCount);
        while (true)
        {
            ulong old = TSync.VolatileRead(&_state->Head);

            // A popper that read the head before this node was last popped may read this word now: it sees any
            // value, and then its swap fails. The swap below publishes the word to everybody else.
            TSync.RacyWrite(&node->Next, old);
            if (TSync.CompareExchange(&_state->Head, head, old) == old)
            {
                return;
            }
        }
    }

    /// <summary>Takes the first node; any thread. The caller owns it from here on.</summary>
    /// <returns>The node, or null if the list is empty.</returns>
    internal ListNode* TryPop()
    {
        while (true)
        {
            ulong head = TSync.VolatileRead(&_state->Head);
            if (head == 0)
            {
                return null;
            }

            // Somebody may own the node by now and be writing the word: then the swap fails, whatever this reads.
            ListNode* node = Unpack(head);
            ulong next = TSync.RacyRead(&node->Next);
            if (TSync.CompareExchange(&_state->Head, next, head) == head)
            {
                return node;
            }
        }
    }

    /// <summary>How many nodes there are; while nobody else uses the list.</summary>
    internal nuint CountAtRest()
    {
        nuint count = 0;
        ulong head = TSync.Read(&_state->Head);
        while (head != 0)
        {
            count++;
            head = TSync.RacyRead(&Unpack(head)->Next);
        }

        return count;
    }

    /// <summary>Frees the head. Nobody uses the list any more; its nodes are the caller's.</summary>
    public void Dispose() => TSync.Free(_state);

    private ulong Pack(ListNode* node, ulong pushCount)
    {
        ulong address = (ulong)node;
        if (address % ListNode.Alignment != 0 || address >> AddressBits != 0)
        {
            throw new CorruptionException($"node 0x{address:x} does not fit into the head of list {_name}");
        }

        return (address << AddressShift) | (pushCount & _tagMask);
    }

    private static ListNode* Unpack(ulong head)
        => (ListNode*)(head >> AddressShift & ~(ulong)(ListNode.Alignment - 1));

    /// <summary>The word that everybody shares.</summary>
    private struct State
    {
        /// <summary>The first node's address and tag, 0 if there is none. Always accessed atomically.</summary>
        internal ulong Head;
    }
}
