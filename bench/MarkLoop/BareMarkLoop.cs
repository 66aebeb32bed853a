using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary>
/// The hand-written twin of <see cref="SeamMarkLoop{TSync}"/>: the same algorithm on the same structures with
/// pointers, <see cref="Volatile"/> and <see cref="Interlocked"/> instead of the seam.
/// </summary>
internal sealed unsafe class BareMarkLoop : IDisposable
{
    private const int AddressShift = 16;

    private readonly ObjectGraph _graph;
    private readonly MarkWorker* _self;
    private readonly Heads* _heads;
    private readonly List<nint> _buffersMade = [];
    private readonly int _bufferLength;
    private readonly int _handoffThreshold;
    private readonly uint _ringLength;
    private readonly ulong _tagMask;

    internal BareMarkLoop(WorldOptions options, ObjectGraph graph)
    {
        _graph = graph;
        _bufferLength = options.WorkBufferLength;
        _handoffThreshold = options.HandoffThreshold;
        _ringLength = (uint)options.PrefetchDepth;
        _tagMask = (1UL << options.ListTagBits) - 1;
        _heads = (Heads*)AllocateZeroed((nuint)sizeof(Heads));
        _self = (MarkWorker*)AllocateZeroed((nuint)sizeof(MarkWorker));
        _self->Ring = (nint*)AllocateZeroed(_ringLength * (nuint)sizeof(nint));
        _self->HeapStart = graph.Start;
        _self->HeapBytes = graph.Bytes;
    }

    /// <summary>Marks all that the first object leads to.</summary>
    internal void Run()
    {
        _heads->Idle = 0;
        _heads->Workers = 1;
        MarkWorker* self = _self;
        self->Buffer = GetEmpty(null);
        Mark(self, _graph.Start);
        while (true)
        {
            WorkBuffer* buffer = self->Buffer;
            if (buffer != null && buffer->Count > 0)
            {
                ScanNewest(self, buffer);
            }
            else if (self->Oldest != self->Newest)
            {
                MarkOldest(self);
            }
            else
            {
                buffer = GetFull(buffer);
                self->Buffer = buffer;
                if (buffer == null)
                {
                    return;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint buffer in _buffersMade)
        {
            NativeMemory.AlignedFree((void*)buffer);
        }

        NativeMemory.AlignedFree(_self->Ring);
        NativeMemory.AlignedFree(_self);
        NativeMemory.AlignedFree(_heads);
    }

    private void ScanNewest(MarkWorker* self, WorkBuffer* buffer)
    {
        int count = buffer->Count;
        if (count > _handoffThreshold && SomebodyStarves())
        {
            buffer = Handoff(buffer);
            self->Buffer = buffer;
            count = buffer->Count;
        }

        count--;
        buffer->Count = count;
        WorkItem* item = WorkBuffer.ItemOf(buffer, count);
        ScanPrecisely(self, (nint*)item->Start, item->Bytes / (nuint)sizeof(nint), item->Type);
    }

    private void ScanPrecisely(MarkWorker* self, nint* start, nuint words, TypeInfo* type)
    {
        nuint elementWords = (nuint)type->Words;
        ulong* pointerBits = type->PointerBits;
        nint* end = start + words;
        for (nint* element = start; element + elementWords <= end; element += elementWords)
        {
            for (nuint first = 0; first < elementWords; first += 64)
            {
                ulong bits = pointerBits[first / 64];
                while (bits != 0)
                {
                    Consider(self, element[first + (nuint)BitOperations.TrailingZeroCount(bits)]);
                    bits &= bits - 1;
                }
            }
        }
    }

    private void Consider(MarkWorker* self, nint address)
    {
        if ((nuint)(address - self->HeapStart) >= self->HeapBytes)
        {
            return;
        }

        uint newest = self->Newest;
        if (newest - self->Oldest == _ringLength)
        {
            MarkOldest(self);
        }

        Prefetch((void*)address);
        Prefetch(MarkWordOf(address));
        self->Ring[newest & (_ringLength - 1)] = address;
        self->Newest = newest + 1;
    }

    private void MarkOldest(MarkWorker* self)
    {
        uint oldest = self->Oldest;
        self->Oldest = oldest + 1;
        Mark(self, self->Ring[oldest & (_ringLength - 1)]);
    }

    private void Mark(MarkWorker* self, nint address)
    {
        nint start = address & -ObjectGraph.ObjectBytes;
        if (!TryMark(start))
        {
            return;
        }

        self->Objects++;
        WorkBuffer* buffer = self->Buffer;
        if (buffer == null || buffer->Count == _bufferLength)
        {
            buffer = GetEmpty(buffer);
            self->Buffer = buffer;
        }

        int count = buffer->Count;
        WorkItem* item = WorkBuffer.ItemOf(buffer, count);
        item->Start = start;
        item->Bytes = ObjectGraph.ObjectBytes;
        item->Type = _graph.Type;
        buffer->Count = count + 1;
    }

    private bool TryMark(nint start)
    {
        ulong* word = MarkWordOf(start);
        ulong bit = 1UL << (int)((start - _graph.Start) / sizeof(nint));
        ulong old = *word;
        while ((old & bit) == 0)
        {
            ulong found = Interlocked.CompareExchange(ref *word, old | bit, old);
            if (found == old)
            {
                return true;
            }

            old = found;
        }

        return false;
    }

    private ulong* MarkWordOf(nint address) => _graph.Marks + ((address - _graph.Start) / sizeof(nint) / 64);

    private bool SomebodyStarves() => _heads->Idle != 0 && _heads->Full == 0;

    private WorkBuffer* GetEmpty(WorkBuffer* full)
    {
        if (full != null)
        {
            Push(&_heads->Full, &full->Node);
        }

        var buffer = (WorkBuffer*)TryPop(&_heads->Empty);
        if (buffer == null)
        {
            buffer = (WorkBuffer*)AllocateZeroed((nuint)(sizeof(WorkBuffer) + (_bufferLength * sizeof(WorkItem))));
            _buffersMade.Add((nint)buffer);
        }

        return buffer;
    }

    private WorkBuffer* GetFull(WorkBuffer* empty)
    {
        if (empty != null)
        {
            Push(&_heads->Empty, &empty->Node);
        }

        var buffer = (WorkBuffer*)TryPop(&_heads->Full);
        if (buffer != null)
        {
            return buffer;
        }

        Interlocked.Increment(ref _heads->Idle);
        while (Volatile.Read(ref _heads->Idle) != _heads->Workers)
        {
            Thread.Yield();
        }

        return null;
    }

    private WorkBuffer* Handoff(WorkBuffer* buffer)
    {
        WorkBuffer* half = GetEmpty(null);
        int moved = buffer->Count / 2;
        int kept = buffer->Count - moved;
        NativeMemory.Copy(
            WorkBuffer.ItemOf(buffer, kept), WorkBuffer.ItemOf(half, 0), (nuint)moved * (nuint)sizeof(WorkItem));
        buffer->Count = kept;
        half->Count = moved;
        Push(&_heads->Full, &buffer->Node);
        return half;
    }

    private void Push(ulong* list, ListNode* node)
    {
        ulong head = ((ulong)node << AddressShift) | (++node->PushCount & _tagMask);
        ulong old;
        do
        {
            old = Volatile.Read(ref *list);
            node->Next = old;
        }
        while (Interlocked.CompareExchange(ref *list, head, old) != old);
    }

    private static ListNode* TryPop(ulong* list)
    {
        while (true)
        {
            ulong head = Volatile.Read(ref *list);
            if (head == 0)
            {
                return null;
            }

            var node = (ListNode*)(head >> AddressShift & ~(ulong)(ListNode.Alignment - 1));
            if (Interlocked.CompareExchange(ref *list, node->Next, head) == head)
            {
                return node;
            }
        }
    }

    private static void Prefetch(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    private static void* AllocateZeroed(nuint bytes)
    {
        void* block = NativeMemory.AlignedAlloc(bytes, ListNode.Alignment);
        NativeMemory.Clear(block, bytes);
        return block;
    }

    /// <summary>What workers share, each word on a line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Heads
    {
        [FieldOffset(0)]
        internal ulong Full;

        [FieldOffset(64)]
        internal ulong Empty;

        [FieldOffset(128)]
        internal int Idle;

        [FieldOffset(132)]
        internal int Workers;
    }
}
