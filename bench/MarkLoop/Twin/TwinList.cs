using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary><c>LockFreeList</c> without the seam.</summary>
internal sealed unsafe class TwinList : IDisposable
{
    private const int AddressBits = 48;
    private const int AddressShift = 64 - AddressBits;
    private const nuint LineBytes = 64;

    private readonly ulong _tagMask;
    private readonly ulong* _head;

    internal TwinList(int tagBits)
    {
        _tagMask = (1UL << tagBits) - 1;
        _head = (ulong*)NativeMemory.AlignedAlloc(LineBytes, LineBytes);
        *_head = 0;
    }

    internal bool MaybeEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => *_head == 0;
    }

    internal void Push(ListNode* node)
    {
        ulong pushCount = node->PushCount + 1;
        node->PushCount = pushCount;
        ulong head = Pack(node, pushCount);
        while (true)
        {
            ulong old = Volatile.Read(ref *_head);
            node->Next = old;
            if (Interlocked.CompareExchange(ref *_head, head, old) == old)
            {
                return;
            }
        }
    }

    internal ListNode* TryPop()
    {
        while (true)
        {
            ulong head = Volatile.Read(ref *_head);
            if (head == 0)
            {
                return null;
            }

            ListNode* node = Unpack(head);
            ulong next = node->Next;
            if (Interlocked.CompareExchange(ref *_head, next, head) == head)
            {
                return node;
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_head);

    private ulong Pack(ListNode* node, ulong pushCount)
    {
        ulong address = (ulong)node;
        if (address % ListNode.Alignment != 0 || address >> AddressBits != 0)
        {
            throw new InvalidOperationException($"node 0x{address:x} does not fit into the head of a list");
        }

        return (address << AddressShift) | (pushCount & _tagMask);
    }

    private static ListNode* Unpack(ulong head)
        => (ListNode*)(head >> AddressShift & ~(ulong)(ListNode.Alignment - 1));
}
