using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The work buffers: those with work for anybody to take, and the empty ones. The seed's <c>work.full</c>,
/// <c>work.empty</c>, <c>getempty</c>, <c>putempty</c>, <c>getfull</c> and <c>handoff</c>.
/// </summary>
/// <remarks>
/// Invariant: a buffer is on the list of full ones (with at least one item), on that of empty ones, or belongs to one
/// worker. Outside of marking all are on the list of empty ones, checked by <see cref="CheckAtRest"/>.
/// Whole buffers are taken and given back out of line, once for hundreds of objects, so that the mark loop stays small.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class WorkBuffers<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly int _length;
    private readonly nuint _bufferBytes;
    private readonly nuint _buffersPerChunk;
    private readonly LockFreeList<TSync> _full;
    private readonly LockFreeList<TSync> _empty;
    private readonly MarkTermination<TSync> _termination;
    private readonly Mutex _chunkLock;
    private readonly State* _state;

    internal WorkBuffers(WorldOptions options, MarkTermination<TSync> termination)
    {
        _length = options.WorkBufferLength;
        int bytes = sizeof(WorkBuffer) + (_length * sizeof(WorkItem));
        _bufferBytes = (nuint)((bytes + ListNode.Alignment - 1) / ListNode.Alignment * ListNode.Alignment);
        _buffersPerChunk = (nuint)options.WorkBuffersPerChunk;
        _full = new LockFreeList<TSync>("work.full", options.ListTagBits);
        _empty = new LockFreeList<TSync>("work.empty", options.ListTagBits);
        _termination = termination;
        _chunkLock = TSync.CreateMutex("work");
        _state = TSync.Allocate<State>(1, "work");
    }

    /// <summary>Bytes of all buffers, in whole chunks; while nobody marks.</summary>
    internal long Bytes
    {
        get
        {
            nuint chunks = (TSync.Read(&_state->Carved) + _buffersPerChunk - 1) / _buffersPerChunk;
            return (long)(chunks * _buffersPerChunk * _bufferBytes);
        }
    }

    /// <summary>
    /// Whether it is worth splitting a buffer: somebody is out of work and there is none to take. Racy on both
    /// counts: at worst a buffer is split in vain or a little later.
    /// </summary>
    internal bool SomebodyStarves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _termination.SomebodyIdle && _full.MaybeEmpty;
    }

    /// <summary>Whether the buffer has no room for another item; by its owner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsFull(WorkBuffer* buffer) => TSync.Read(&buffer->Count) == _length;

    /// <summary>Takes an empty buffer, and leaves the one that the caller has, if any, for anybody to take.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal WorkBuffer* GetEmpty(WorkBuffer* full)
    {
        if (full != null)
        {
            PutFull(full);
        }

        var buffer = (WorkBuffer*)_empty.TryPop();
        if (buffer == null)
        {
            buffer = Carve();
        }

        // Checked when it was put there, too: whoever wrote to a buffer after giving it back is found here.
        RequireEmpty(buffer);
        return buffer;
    }

    /// <summary>Gives an empty buffer back.</summary>
    /// <exception cref="CorruptionException">It is not empty.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void PutEmpty(WorkBuffer* buffer)
    {
        RequireEmpty(buffer);
        _empty.Push(&buffer->Node);
    }

    /// <summary>Leaves a buffer with work for anybody to take.</summary>
    /// <exception cref="CorruptionException">It is empty.</exception>
    internal void PutFull(WorkBuffer* buffer)
    {
        int count = TSync.Read(&buffer->Count);
        if (count <= 0 || count > _length)
        {
            throw new CorruptionException($"a work buffer of {_length} items is shared with {count}");
        }

        _full.Push(&buffer->Node);
    }

    /// <summary>
    /// Waits for work, or for the end of marking; by a worker that has none, once after the end at most.
    /// </summary>
    /// <param name="empty">The worker's own buffer, which is given back; or null.</param>
    /// <returns>A buffer with work, or null when marking has ended or another worker has failed.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal WorkBuffer* GetFull(WorkBuffer* empty)
    {
        if (empty != null)
        {
            PutEmpty(empty);
        }

        WorkBuffer* buffer = TryGetFull();
        if (buffer != null)
        {
            return buffer;
        }

        _termination.CountIdle();
        int turn = 0;
        while (true)
        {
            if (!_full.MaybeEmpty)
            {
                _termination.CountBusy();
                buffer = TryGetFull();
                if (buffer != null)
                {
                    return buffer;
                }

                _termination.CountIdle();
            }
            else if (_termination.Ended || _termination.Failed)
            {
                return null;
            }
            else
            {
                TSync.Spin(turn);
                turn++;
            }
        }
    }

    /// <summary>
    /// Splits a buffer of at least two items: leaves it, without its newest half, for anybody to take.
    /// </summary>
    /// <returns>Another buffer, with the newest half, for the caller.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal WorkBuffer* Handoff(WorkBuffer* buffer)
    {
        WorkBuffer* half = GetEmpty(null);
        int count = TSync.Read(&buffer->Count);
        int moved = count / 2;
        int kept = count - moved;
        TSync.Copy(
            WorkBuffer.ItemOf(buffer, kept), WorkBuffer.ItemOf(half, 0), (nuint)moved * (nuint)sizeof(WorkItem));
        TSync.Write(&buffer->Count, kept);
        TSync.Write(&half->Count, moved);
        PutFull(buffer);
        return half;
    }

    /// <summary>Checks the invariant for the time outside of marking; nobody else uses the buffers meanwhile.</summary>
    /// <exception cref="CorruptionException">A buffer is missing, or there is work left.</exception>
    internal void CheckAtRest()
    {
        if (!_full.MaybeEmpty)
        {
            throw new CorruptionException("marking has ended with work left");
        }

        nuint found = _empty.CountAtRest();
        nuint made = TSync.Read(&_state->Carved);
        if (found != made)
        {
            throw new CorruptionException($"{found} of {made} work buffers are back after marking");
        }
    }

    /// <summary>Frees all buffers. Nobody marks any more.</summary>
    public void Dispose()
    {
        Chunk* chunk = TSync.Read(&_state->Chunks);
        while (chunk != null)
        {
            Chunk* next = TSync.Read(&chunk->Next);
            TSync.Free(chunk);
            chunk = next;
        }

        TSync.Free(_state);
        TSync.Destroy(_chunkLock);
        _full.Dispose();
        _empty.Dispose();
    }

    /// <summary>Takes a buffer with work.</summary>
    /// <returns>The buffer, or null if there is none.</returns>
    private WorkBuffer* TryGetFull() => (WorkBuffer*)_full.TryPop();

    private static void RequireEmpty(WorkBuffer* buffer)
    {
        int count = TSync.Read(&buffer->Count);
        if (count != 0)
        {
            throw new CorruptionException($"a work buffer on its way to or from the empty ones holds {count} items");
        }
    }

    /// <summary>Makes a buffer, out of a new chunk if the last one is used up.</summary>
    private WorkBuffer* Carve()
    {
        TSync.Enter(_chunkLock);
        nuint carved = TSync.Read(&_state->Carved);
        nuint index = carved % _buffersPerChunk;
        if (index == 0)
        {
            nuint bytes = ListNode.Alignment + (_buffersPerChunk * _bufferBytes);
            var chunk = (Chunk*)TSync.Allocate<nint>(bytes / (nuint)sizeof(nint), "workbuf");
            TSync.Write(&chunk->Next, TSync.Read(&_state->Chunks));
            TSync.Write(&_state->Chunks, chunk);
        }

        byte* first = (byte*)TSync.Read(&_state->Chunks) + ListNode.Alignment;
        TSync.Write(&_state->Carved, carved + 1);
        TSync.Exit(_chunkLock);
        return (WorkBuffer*)(first + (index * _bufferBytes));
    }

    /// <summary>Under the lock.</summary>
    private struct State
    {
        /// <summary>The newest chunk.</summary>
        internal Chunk* Chunks;

        /// <summary>How many buffers were made.</summary>
        internal nuint Carved;
    }

    /// <summary>The head of a chunk; its buffers follow at the next multiple of <see cref="ListNode.Alignment"/>.</summary>
    private struct Chunk
    {
        /// <summary>The chunk before it; constant once written.</summary>
        internal Chunk* Next;
    }
}
