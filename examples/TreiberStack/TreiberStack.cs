using Testbed.Sync;

namespace Examples;

/// <summary>
/// A stack of numbers without a lock (R. K. Treiber: Systems Programming: Coping with Parallelism, 1986), over a pool
/// of nodes that are used again and again.
/// </summary>
/// <typeparam name="TSync">The engine: <see cref="NativeSync"/> in production.</typeparam>
public sealed unsafe class TreiberStack<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>A head is the node's number plus one, 0 for none, below a count of its changes.</summary>
    private const ulong NodeMask = uint.MaxValue;

    private readonly ulong _tagMask;
    private readonly Heads* _heads;
    private readonly Node* _nodes;

    /// <summary>Makes an empty stack.</summary>
    /// <param name="capacity">How many numbers it holds at most; at least 1.</param>
    /// <param name="tagBits">
    /// How many bits count the changes of the top, from 0 to 32. A pop that has read the top and its successor is wrong
    /// if the same node comes back with another successor: with 0 bits it does not notice.
    /// </param>
    public TreiberStack(int capacity, int tagBits = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(tagBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tagBits, 32);
        _tagMask = (1UL << tagBits) - 1;
        _heads = TSync.Allocate<Heads>(1, "heads");
        _nodes = TSync.Allocate<Node>((nuint)capacity, "nodes");
        for (uint node = (uint)capacity; node > 0; node--)
        {
            Put(&_heads->Free, node);
        }
    }

    /// <summary>Puts a number on top. Any thread.</summary>
    /// <returns>False if the stack is full.</returns>
    public bool TryPush(int value)
    {
        uint node = Take(&_heads->Free);
        if (node == 0)
        {
            return false;
        }

        // Plain: the node is this thread's until it is on the stack, which publishes it.
        TSync.Write(&_nodes[node - 1].Value, value);
        Put(&_heads->Top, node);
        return true;
    }

    /// <summary>Takes the number on top. Any thread.</summary>
    /// <returns>False if the stack is empty.</returns>
    public bool TryPop(out int value)
    {
        uint node = Take(&_heads->Top);
        value = node == 0 ? 0 : TSync.Read(&_nodes[node - 1].Value);
        if (node != 0)
        {
            Put(&_heads->Free, node);
        }

        return node != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TSync.Free(_nodes);
        TSync.Free(_heads);
    }

    private uint Take(ulong* head)
    {
        while (true)
        {
            ulong old = TSync.VolatileRead(head);
            uint node = (uint)(old & NodeMask);
            if (node == 0)
            {
                return 0;
            }

            // Racy: the node may be another thread's by now, which the tag then tells.
            uint next = TSync.RacyRead(&_nodes[node - 1].Next);
            if (TSync.CompareExchange(head, Head(next, old), old) == old)
            {
                return node;
            }
        }
    }

    private void Put(ulong* head, uint node)
    {
        while (true)
        {
            ulong old = TSync.VolatileRead(head);
            TSync.RacyWrite(&_nodes[node - 1].Next, (uint)(old & NodeMask));
            if (TSync.CompareExchange(head, Head(node, old), old) == old)
            {
                return;
            }
        }
    }

    private ulong Head(uint node, ulong old) => node | ((((old >> 32) + 1) & _tagMask) << 32);

    /// <summary>The first nodes of the stack and of the pool: each changed by compare-and-swap only.</summary>
    private struct Heads
    {
        internal ulong Top;
        internal ulong Free;
    }

    private struct Node
    {
        /// <summary>The number of the next node plus one. Read by threads that do not own the node.</summary>
        internal uint Next;

        /// <summary>The number that is held; its owner's.</summary>
        internal int Value;
    }
}
