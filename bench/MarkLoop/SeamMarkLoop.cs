using System.Numerics;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>
/// The loop of the object scanner on the collector's own work buffers, over an
/// <see cref="ObjectGraph"/>; every access goes through the seam.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class SeamMarkLoop<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly MarkTermination<TSync> _termination = new();
    private readonly WorkBuffers<TSync> _buffers;
    private readonly ObjectGraph _graph;
    private readonly MarkWorker* _self;
    private readonly int _handoffThreshold;
    private readonly uint _ringLength;

    internal SeamMarkLoop(WorldOptions options, ObjectGraph graph)
    {
        _buffers = new WorkBuffers<TSync>(options, _termination);
        _graph = graph;
        _handoffThreshold = options.HandoffThreshold;
        _ringLength = (uint)options.PrefetchDepth;
        _self = TSync.Allocate<MarkWorker>(1, "mark.worker");
        _self->Ring = TSync.Allocate<nint>(_ringLength, "mark.ring");
        _self->HeapStart = graph.Start;
        _self->HeapBytes = graph.Bytes;
    }

    /// <summary>Marks all that the first object leads to.</summary>
    internal void Run()
    {
        _termination.Setup(1);
        MarkWorker* self = _self;
        TSync.Write(&self->Buffer, _buffers.GetEmpty(null));
        Mark(self, _graph.Start);
        while (true)
        {
            WorkBuffer* buffer = TSync.Read(&self->Buffer);
            if (buffer != null && TSync.Read(&buffer->Count) > 0)
            {
                ScanNewest(self, buffer);
            }
            else if (TSync.Read(&self->Oldest) != TSync.Read(&self->Newest))
            {
                MarkOldest(self);
            }
            else
            {
                buffer = _buffers.GetFull(buffer);
                TSync.Write(&self->Buffer, buffer);
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
        TSync.Free(_self->Ring);
        TSync.Free(_self);
        _buffers.Dispose();
        _termination.Dispose();
    }

    private void ScanNewest(MarkWorker* self, WorkBuffer* buffer)
    {
        int count = TSync.Read(&buffer->Count);
        if (count > _handoffThreshold && _buffers.SomebodyStarves)
        {
            buffer = _buffers.Handoff(buffer);
            TSync.Write(&self->Buffer, buffer);
            count = TSync.Read(&buffer->Count);
        }

        count--;
        TSync.Write(&buffer->Count, count);
        WorkItem* item = WorkBuffer.ItemOf(buffer, count);
        ScanPrecisely(
            self,
            (nint*)TSync.Read(&item->Start),
            TSync.Read(&item->Bytes) / (nuint)sizeof(nint),
            TSync.Read(&item->Type));
    }

    private void ScanPrecisely(MarkWorker* self, nint* start, nuint words, TypeInfo* type)
    {
        nuint elementWords = (nuint)TSync.Read(&type->Words);
        ulong* pointerBits = TSync.Read(&type->PointerBits);
        nint* end = start + words;
        for (nint* element = start; element + elementWords <= end; element += elementWords)
        {
            for (nuint first = 0; first < elementWords; first += 64)
            {
                ulong bits = TSync.Read(pointerBits + (first / 64));
                while (bits != 0)
                {
                    Consider(self, TSync.Read(element + first + (nuint)BitOperations.TrailingZeroCount(bits)));
                    bits &= bits - 1;
                }
            }
        }
    }

    private void Consider(MarkWorker* self, nint address)
    {
        if ((nuint)(address - TSync.Read(&self->HeapStart)) >= TSync.Read(&self->HeapBytes))
        {
            return;
        }

        uint newest = TSync.Read(&self->Newest);
        if (newest - TSync.Read(&self->Oldest) == _ringLength)
        {
            MarkOldest(self);
        }

        TSync.Prefetch((void*)address);
        TSync.Prefetch(MarkWordOf(address));
        TSync.Write(TSync.Read(&self->Ring) + (newest & (_ringLength - 1)), address);
        TSync.Write(&self->Newest, newest + 1);
    }

    private void MarkOldest(MarkWorker* self)
    {
        uint oldest = TSync.Read(&self->Oldest);
        TSync.Write(&self->Oldest, oldest + 1);
        Mark(self, TSync.Read(TSync.Read(&self->Ring) + (oldest & (_ringLength - 1))));
    }

    private void Mark(MarkWorker* self, nint address)
    {
        nint start = address & -ObjectGraph.ObjectBytes;
        if (!TryMark(start))
        {
            return;
        }

        TSync.Write(&self->Objects, TSync.Read(&self->Objects) + 1);
        WorkBuffer* buffer = TSync.Read(&self->Buffer);
        if (buffer == null || _buffers.IsFull(buffer))
        {
            buffer = _buffers.GetEmpty(buffer);
            TSync.Write(&self->Buffer, buffer);
        }

        WorkBuffer.Push<TSync>(buffer, start, ObjectGraph.ObjectBytes, _graph.Type);
    }

    private bool TryMark(nint start)
    {
        ulong* word = MarkWordOf(start);
        ulong bit = 1UL << (int)((start - _graph.Start) / sizeof(nint));
        ulong old = TSync.RacyRead(word);
        while ((old & bit) == 0)
        {
            ulong found = TSync.CompareExchange(word, old | bit, old);
            if (found == old)
            {
                return true;
            }

            old = found;
        }

        return false;
    }

    private ulong* MarkWordOf(nint address) => _graph.Marks + ((address - _graph.Start) / sizeof(nint) / 64);
}
