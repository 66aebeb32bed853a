using System.Numerics;
using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The mark loop: scans memory for pointers, marks the objects that they lead to and scans those. The seed's
/// <c>scanblock</c>, <c>flushptrbuf</c> and <c>enqueue</c>.
/// </summary>
/// <remarks>
/// <para>
/// An address that is found waits in a short ring while the memory that it leads to is prefetched; the oldest is taken
/// out when the ring is full, or when there is nothing else to do. So on a chain, where each object holds the only
/// pointer to the next, it is taken out at once.
/// </para>
/// <para>
/// Marking races with other workers, and with the job that flushes the thread caches, which may give the span of a
/// stale pointer back. An object that is allocated and may hold pointers is on no free list, so its span stays; hence
/// the order: allocated, marked by this worker, holds pointers, and only then the span's type.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class ObjectScanner<TSync> : IRootSink, IDisposable
    where TSync : struct, ISync
{
    /// <summary>
    /// The parts of the loop are compiled once, with all optimizations: a collection in which one runs for the first
    /// time may last for a second, and is not to spend it in code that waits to be replaced. What they call an object is
    /// inlined by its attributes, since the arguments that name a source line make a body look large to the JIT.
    /// </summary>
    private const MethodImplOptions Loop =
        MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    private const int BitsPerWord = 64;

    private readonly Heap<TSync> _heap;
    private readonly Bitmap<TSync> _bitmap;
    private readonly WorkBuffers<TSync> _buffers;
    private readonly uint _ringLength;
    private readonly int _handoffThreshold;
    private readonly int _workersMax;
    private readonly MarkWorker* _workers;
    private readonly nint* _rings;

    internal ObjectScanner(WorldOptions options, Heap<TSync> heap, WorkBuffers<TSync> buffers)
    {
        _heap = heap;
        _bitmap = heap.Bitmap;
        _buffers = buffers;
        _ringLength = (uint)options.PrefetchDepth;
        _handoffThreshold = options.HandoffThreshold;
        _workersMax = options.MaxGcWorkers;
        _workers = TSync.Allocate<MarkWorker>((nuint)_workersMax, "mark.worker");
        _rings = TSync.Allocate<nint>((nuint)_workersMax * Math.Max(_ringLength, 1), "mark.ring");
    }

    /// <summary>Starts a collection; while the world is stopped, before the workers start.</summary>
    internal void Setup(int workers)
    {
        for (int i = 0; i < workers; i++)
        {
            MarkWorker* worker = _workers + i;
            TSync.Write(&worker->Ring, _rings + (i * _ringLength));
            TSync.Write(&worker->HeapStart, _heap.ArenaStart);
            TSync.Write(&worker->HeapBytes, (nuint)(_heap.ArenaUsed - _heap.ArenaStart));
        }

        for (int i = 0; i < _workersMax; i++)
        {
            TSync.Write(&_workers[i].Objects, 0);
            TSync.Write(&_workers[i].Bytes, 0);
        }
    }

    /// <summary>Gives the worker an empty buffer, for what roots lead to; it has none.</summary>
    internal void Start(int worker) => TSync.Write(&_workers[worker].Buffer, _buffers.GetEmpty(null));

    /// <inheritdoc/>
    /// <remarks>It is scanned at once. (The seed's <c>enqueue1</c> lets each root pass through a work buffer.)</remarks>
    public void Add(int worker, nint start, nuint bytes, TypeInfo* type)
        => Scan(_workers + worker, (nint*)start, bytes / (nuint)sizeof(nint), type);

    /// <inheritdoc/>
    public void AddWord(int worker, nint* word) => Consider(_workers + worker, TSync.Read(word));

    /// <summary>Scans what the worker's buffer holds, and whatever it leads to, except what other workers take.</summary>
    /// <param name="worker">The calling worker.</param>
    /// <param name="keepWorking">Whether it then takes over from others, until marking has ended.</param>
    [MethodImpl(Loop)]
    internal void Scan(int worker, bool keepWorking)
    {
        MarkWorker* self = _workers + worker;
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
            else if (keepWorking)
            {
                buffer = _buffers.GetFull(buffer);
                TSync.Write(&self->Buffer, buffer);
                if (buffer == null)
                {
                    return;
                }
            }
            else
            {
                _buffers.PutEmpty(buffer);
                TSync.Write(&self->Buffer, null);
                return;
            }
        }
    }

    /// <summary>What all workers have marked since the setup; after they have returned.</summary>
    internal MarkStatistics ReadStatistics()
    {
        long objects = 0;
        long bytes = 0;
        for (int i = 0; i < _workersMax; i++)
        {
            objects += TSync.Read(&_workers[i].Objects);
            bytes += TSync.Read(&_workers[i].Bytes);
        }

        return new MarkStatistics(objects, bytes);
    }

    /// <summary>Frees the workers' state. No worker is left.</summary>
    public void Dispose()
    {
        TSync.Free(_rings);
        TSync.Free(_workers);
    }

    /// <summary>Scans the newest item of a buffer that has one, after sharing half of them if somebody starves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
        var start = (nint*)TSync.Read(&item->Start);
        nuint words = TSync.Read(&item->Bytes) / (nuint)sizeof(nint);
        Scan(self, start, words, TSync.Read(&item->Type));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scan(MarkWorker* self, nint* start, nuint words, TypeInfo* type)
    {
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
            Consider(self, TSync.Read(word));
        }
    }

    /// <summary>Scans element after element; words after the last whole one were never written.</summary>
    [MethodImpl(Loop)]
    private void ScanPrecisely(MarkWorker* self, nint* start, nuint words, TypeInfo* type)
    {
        nuint elementWords = (nuint)TSync.Read(&type->Words);
        ulong* pointerBits = TSync.Read(&type->PointerBits);
        nint* end = start + words;
        if (pointerBits == null)
        {
            ScanByProgram(self, start, end, type);
            return;
        }

        for (nint* element = start; element + elementWords <= end; element += elementWords)
        {
            for (nuint first = 0; first < elementWords; first += BitsPerWord)
            {
                ulong bits = TSync.Read(pointerBits + (first / BitsPerWord));
                while (bits != 0)
                {
                    Consider(self, TSync.Read(element + first + (nuint)BitOperations.TrailingZeroCount(bits)));
                    bits &= bits - 1;
                }
            }
        }
    }

    /// <summary>
    /// Runs the type's program on element after element; on the object as a whole if it ends in a buffer.
    /// </summary>
    private void ScanByProgram(MarkWorker* self, nint* start, nint* end, TypeInfo* type)
    {
        nint* program = TSync.Read(&type->Program);
        nint elementWords = TSync.Read(&type->BufferElementSize) == 0 ? TSync.Read(&type->Words) : (nint)(end - start);
        var sink = new Sink(this, self);
        for (nint* element = start; element + elementWords <= end; element += elementWords)
        {
            ProgramScanner<TSync, Sink>.Run(program, element, end, sink);
        }
    }

    /// <summary>Marks the object that a word leads to, if it does and nobody has, and does not scan it. The seed's <c>markonly</c>.</summary>
    private void MarkOnly(MarkWorker* self, nint address)
    {
        if ((nuint)(address - TSync.Read(&self->HeapStart)) < TSync.Read(&self->HeapBytes))
        {
            TryMark(self, address, out _, out _, out _);
        }
    }

    /// <summary>Takes a word that may be an address of the heap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Consider(MarkWorker* self, nint address)
    {
        if ((nuint)(address - TSync.Read(&self->HeapStart)) >= TSync.Read(&self->HeapBytes))
        {
            return;
        }

        if (_ringLength == 0)
        {
            Mark(self, address);
            return;
        }

        uint newest = TSync.Read(&self->Newest);
        if (newest - TSync.Read(&self->Oldest) == _ringLength)
        {
            MarkOldest(self);
        }

        TSync.Prefetch((void*)address);
        _bitmap.Prefetch(address);
        TSync.Write(TSync.Read(&self->Ring) + (newest & (_ringLength - 1)), address);
        TSync.Write(&self->Newest, newest + 1);
    }

    /// <summary>Takes the oldest address out of the ring, which has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MarkOldest(MarkWorker* self)
    {
        uint oldest = TSync.Read(&self->Oldest);
        TSync.Write(&self->Oldest, oldest + 1);
        Mark(self, TSync.Read(TSync.Read(&self->Ring) + (oldest & (_ringLength - 1))));
    }

    /// <summary>Marks the object that an address of the heap lies in, if there is one that nobody has marked.</summary>
    [MethodImpl(Loop)]
    private void Mark(MarkWorker* self, nint address)
    {
        if (TryMark(self, address, out nint start, out Span* span, out nuint bytes) && _bitmap.IsScan(start))
        {
            Push(self, start, bytes, Heap<TSync>.TypeOf(span, start));
        }
    }

    /// <summary>Marks the object that an address of the heap lies in.</summary>
    /// <returns>Whether there is one that nobody had marked.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMark(MarkWorker* self, nint address, out nint start, out Span* span, out nuint bytes)
    {
        bytes = 0;
        if (!_heap.TryFindObject(address, out start, out span)
            || !_bitmap.IsAllocated(start)
            || !_bitmap.TryMark(start))
        {
            return false;
        }

        // Racy, for a stale pointer's sake: its span may be given back now. Then a wrong size is counted, no more.
        bytes = TSync.RacyRead(&span->ElementSize);
        TSync.Write(&self->Objects, TSync.Read(&self->Objects) + 1);
        TSync.Write(&self->Bytes, TSync.Read(&self->Bytes) + (long)bytes);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(MarkWorker* self, nint start, nuint bytes, TypeInfo* type)
    {
        WorkBuffer* buffer = TSync.Read(&self->Buffer);
        if (buffer == null || _buffers.IsFull(buffer))
        {
            buffer = _buffers.GetEmpty(buffer);
            TSync.Write(&self->Buffer, buffer);
        }

        WorkBuffer.Push<TSync>(buffer, start, bytes, type);
    }

    /// <summary>Takes what a type program finds.</summary>
    private readonly struct Sink : IPointerSink
    {
        private readonly ObjectScanner<TSync> _scanner;
        private readonly MarkWorker* _worker;

        internal Sink(ObjectScanner<TSync> scanner, MarkWorker* worker)
        {
            _scanner = scanner;
            _worker = worker;
        }

        /// <inheritdoc/>
        public void Consider(nint address) => _scanner.Consider(_worker, address);

        /// <inheritdoc/>
        public void MarkOnly(nint address) => _scanner.MarkOnly(_worker, address);
    }
}
