using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary>
/// <c>ObjectScanner</c> without the seam, line by line: pointers, <c>Volatile</c> and <c>Interlocked</c> in place of
/// <c>TSync</c>. Whoever changes the one changes the other; the comparison fails when they mark differently.
/// </summary>
internal sealed unsafe class TwinScanner : IDisposable
{
    private const MethodImplOptions Loop =
        MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    private const int BitsPerWord = 64;
    private const nuint LineBytes = 64;

    private readonly TwinHeap _heap;
    private readonly TwinBitmap _bitmap;
    private readonly TwinBuffers _buffers;
    private readonly uint _ringLength;
    private readonly int _handoffThreshold;
    private readonly MarkWorker* _workers;
    private readonly nint* _rings;

    internal TwinScanner(WorldOptions options, TwinHeap heap, TwinBuffers buffers)
    {
        _heap = heap;
        _bitmap = heap.Bitmap;
        _buffers = buffers;
        _ringLength = (uint)options.PrefetchDepth;
        _handoffThreshold = options.HandoffThreshold;
        nuint workers = (nuint)options.MaxGcWorkers;
        _workers = (MarkWorker*)NativeMemory.AlignedAlloc(workers * (nuint)sizeof(MarkWorker), LineBytes);
        NativeMemory.Clear(_workers, workers * (nuint)sizeof(MarkWorker));
        _rings = (nint*)NativeMemory.AlignedAlloc(
            workers * Math.Max(_ringLength, 1) * (nuint)sizeof(nint), LineBytes);
    }

    internal void Setup(int workers)
    {
        for (int i = 0; i < workers; i++)
        {
            MarkWorker* worker = _workers + i;
            worker->Ring = _rings + (i * _ringLength);
            worker->HeapStart = _heap.ArenaStart;
            worker->HeapBytes = (nuint)(_heap.ArenaUsed - _heap.ArenaStart);
            worker->Objects = 0;
            worker->Bytes = 0;
        }
    }

    internal void Start(int worker) => _workers[worker].Buffer = _buffers.GetEmpty(null);

    internal void Add(int worker, nint start, nuint bytes, TypeInfo* type)
        => Push(_workers + worker, start, bytes, type);

    [MethodImpl(Loop)]
    internal void Scan(int worker, bool keepWorking)
    {
        MarkWorker* self = _workers + worker;
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
            else if (keepWorking)
            {
                buffer = _buffers.GetFull(buffer);
                self->Buffer = buffer;
                if (buffer == null)
                {
                    return;
                }
            }
            else
            {
                _buffers.PutEmpty(buffer);
                self->Buffer = null;
                return;
            }
        }
    }

    internal MarkStatistics ReadStatistics(int worker) => new(_workers[worker].Objects, _workers[worker].Bytes);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_rings);
        NativeMemory.AlignedFree(_workers);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ScanNewest(MarkWorker* self, WorkBuffer* buffer)
    {
        int count = buffer->Count;
        if (count > _handoffThreshold && _buffers.SomebodyStarves)
        {
            buffer = _buffers.Handoff(buffer);
            self->Buffer = buffer;
            count = buffer->Count;
        }

        count--;
        buffer->Count = count;
        WorkItem* item = WorkBuffer.ItemOf(buffer, count);
        var start = (nint*)item->Start;
        nuint words = item->Bytes / (nuint)sizeof(nint);
        TypeInfo* type = item->Type;
        if (type == null)
        {
            ScanConservatively(self, start, words);
        }
        else
        {
            ScanPrecisely(self, start, words, type);
        }
    }

    [MethodImpl(Loop)]
    private void ScanConservatively(MarkWorker* self, nint* start, nuint words)
    {
        for (nint* word = start; word < start + words; word++)
        {
            Consider(self, *word);
        }
    }

    [MethodImpl(Loop)]
    private void ScanPrecisely(MarkWorker* self, nint* start, nuint words, TypeInfo* type)
    {
        nuint elementWords = (nuint)type->Words;
        ulong* pointerBits = type->PointerBits;
        nint* end = start + words;
        for (nint* element = start; element + elementWords <= end; element += elementWords)
        {
            for (nuint first = 0; first < elementWords; first += BitsPerWord)
            {
                ulong bits = *(pointerBits + (first / BitsPerWord));
                while (bits != 0)
                {
                    Consider(self, *(element + first + (nuint)BitOperations.TrailingZeroCount(bits)));
                    bits &= bits - 1;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Consider(MarkWorker* self, nint address)
    {
        if ((nuint)(address - self->HeapStart) >= self->HeapBytes)
        {
            return;
        }

        if (_ringLength == 0)
        {
            Mark(self, address);
            return;
        }

        uint newest = self->Newest;
        if (newest - self->Oldest == _ringLength)
        {
            MarkOldest(self);
        }

        TwinBitmap.Prefetch((void*)address);
        _bitmap.Prefetch(address);
        self->Ring[newest & (_ringLength - 1)] = address;
        self->Newest = newest + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MarkOldest(MarkWorker* self)
    {
        uint oldest = self->Oldest;
        self->Oldest = oldest + 1;
        Mark(self, self->Ring[oldest & (_ringLength - 1)]);
    }

    [MethodImpl(Loop)]
    private void Mark(MarkWorker* self, nint address)
    {
        if (!_heap.TryFindObject(address, out nint start, out Span* span)
            || !_bitmap.IsAllocated(start)
            || !_bitmap.TryMark(start))
        {
            return;
        }

        nuint bytes = span->ElementSize;
        self->Objects = self->Objects + 1;
        self->Bytes = self->Bytes + (long)bytes;
        if (_bitmap.IsScan(start))
        {
            Push(self, start, bytes, TwinHeap.TypeOf(span, start));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(MarkWorker* self, nint start, nuint bytes, TypeInfo* type)
    {
        WorkBuffer* buffer = self->Buffer;
        if (buffer == null || _buffers.IsFull(buffer))
        {
            buffer = _buffers.GetEmpty(buffer);
            self->Buffer = buffer;
        }

        PushItem(buffer, start, bytes, type);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PushItem(WorkBuffer* buffer, nint start, nuint bytes, TypeInfo* type)
    {
        int count = buffer->Count;
        WorkItem* item = WorkBuffer.ItemOf(buffer, count);
        item->Start = start;
        item->Bytes = bytes;
        item->Type = type;
        buffer->Count = count + 1;
    }
}
