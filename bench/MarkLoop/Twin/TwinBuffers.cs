using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary><c>WorkBuffers</c> without the seam: the same buffers, on lists of its own.</summary>
internal sealed unsafe class TwinBuffers : IDisposable
{
    private readonly int _length;
    private readonly nuint _bufferBytes;
    private readonly TwinList _full;
    private readonly TwinList _empty;
    private readonly TwinTermination _termination;
    private readonly Lock _lock = new();
    private readonly List<nint> _made = [];

    internal TwinBuffers(WorldOptions options, TwinTermination termination)
    {
        _length = options.WorkBufferLength;
        _bufferBytes = (nuint)(sizeof(WorkBuffer) + (_length * sizeof(WorkItem)));
        _full = new TwinList(options.ListTagBits);
        _empty = new TwinList(options.ListTagBits);
        _termination = termination;
    }

    internal bool SomebodyStarves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _termination.SomebodyIdle && _full.MaybeEmpty;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsFull(WorkBuffer* buffer) => buffer->Count == _length;

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
            buffer = Make();
        }

        RequireEmpty(buffer);
        return buffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void PutEmpty(WorkBuffer* buffer)
    {
        RequireEmpty(buffer);
        _empty.Push(&buffer->Node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal WorkBuffer* GetFull(WorkBuffer* empty)
    {
        if (empty != null)
        {
            PutEmpty(empty);
        }

        var buffer = (WorkBuffer*)_full.TryPop();
        if (buffer != null)
        {
            return buffer;
        }

        _termination.CountIdle();
        while (true)
        {
            if (!_full.MaybeEmpty)
            {
                _termination.CountBusy();
                buffer = (WorkBuffer*)_full.TryPop();
                if (buffer != null)
                {
                    return buffer;
                }

                _termination.CountIdle();
            }
            else if (_termination.Ended)
            {
                return null;
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal WorkBuffer* Handoff(WorkBuffer* buffer)
    {
        WorkBuffer* half = GetEmpty(null);
        int count = buffer->Count;
        int moved = count / 2;
        int kept = count - moved;
        NativeMemory.Copy(
            WorkBuffer.ItemOf(buffer, kept), WorkBuffer.ItemOf(half, 0), (nuint)moved * (nuint)sizeof(WorkItem));
        buffer->Count = kept;
        half->Count = moved;
        PutFull(buffer);
        return half;
    }

    public void Dispose()
    {
        foreach (nint buffer in _made)
        {
            NativeMemory.AlignedFree((void*)buffer);
        }

        _full.Dispose();
        _empty.Dispose();
    }

    private void PutFull(WorkBuffer* buffer)
    {
        int count = buffer->Count;
        if (count <= 0 || count > _length)
        {
            throw new InvalidOperationException($"a work buffer of {_length} items is shared with {count}");
        }

        _full.Push(&buffer->Node);
    }

    private static void RequireEmpty(WorkBuffer* buffer)
    {
        int count = buffer->Count;
        if (count != 0)
        {
            throw new InvalidOperationException($"an empty work buffer holds {count} items");
        }
    }

    private WorkBuffer* Make()
    {
        var buffer = (WorkBuffer*)NativeMemory.AlignedAlloc(_bufferBytes, ListNode.Alignment);
        NativeMemory.Clear(buffer, _bufferBytes);
        lock (_lock)
        {
            _made.Add((nint)buffer);
        }

        return buffer;
    }
}
