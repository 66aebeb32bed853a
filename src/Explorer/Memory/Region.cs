using System.Diagnostics;
using System.Runtime.InteropServices;
using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>
/// The memory of one worker's executions: blocks one after the other, never used again within an execution, so that
/// an address says which block it belongs to, and an access to a freed block is noticed. Between executions what was
/// used is zeroed.
/// </summary>
/// <remarks>
/// Small blocks lie in granules of 64 bytes, with a free granule between them; large ones in chunks, so that neither a
/// table of all granules nor the clearing of a whole heap is needed for each execution. The region starts at a
/// multiple of its size: the low bits of an address are the same in every run and on every worker.
/// </remarks>
internal sealed unsafe partial class Region : IDisposable
{
    private const int GranuleShift = 6;
    private const int ChunkShift = 16;
    private const long GranuleBytes = 1L << GranuleShift;
    private const long ChunkBytes = 1L << ChunkShift;

    /// <summary>A block of so many bytes is large.</summary>
    private const long LargeFrom = ChunkBytes;

    /// <summary>From so many bytes on, giving pages back is cheaper than clearing them.</summary>
    private const long DiscardFrom = 256 << 10;

    private const int DontNeed = 4;

    private readonly long _smallLimit;
    private readonly long _limit;
    private readonly byte* _block;
    private readonly byte* _base;

    /// <summary>By granule: the small block that lies there, or 0.</summary>
    private readonly int* _granules;

    /// <summary>By chunk after the small blocks: the large block that lies there, or 0.</summary>
    private readonly int[] _chunks;

    /// <summary>By number; number 0 is no block.</summary>
    private Allocation[] _allocations = new Allocation[64];
    private long _smallEnd;
    private long _largeEnd;

    /// <summary>Reserves the memory.</summary>
    internal Region()
    {
        // Without Linux's reservation-free mappings the address space would be paid for in memory.
        _limit = OperatingSystem.IsLinux() ? 1L << 30 : 64L << 20;
        _smallLimit = _limit / 4;
        _block = NativeSync.Allocate<byte>((nuint)(2 * _limit), "region");
        _base = (byte*)(((long)_block + _limit - 1) / _limit * _limit);
        _granules = NativeSync.Allocate<int>((nuint)(_smallLimit >> GranuleShift), "granules");
        _chunks = new int[(_limit - _smallLimit) >> ChunkShift];
        _largeEnd = _smallLimit;
    }

    /// <summary>Its first byte.</summary>
    internal byte* Start => _base;

    /// <summary>How many bytes it has.</summary>
    internal long Bytes => _limit;

    /// <summary>How many blocks there are, the one with number 0 included.</summary>
    internal int Count { get; private set; } = 1;

    /// <summary>A block by its number.</summary>
    internal ref Allocation this[int number] => ref _allocations[number];

    /// <summary>Makes a zeroed block.</summary>
    /// <exception cref="OutOfMemoryException">The region is full.</exception>
    internal void* Allocate(long count, int elementBytes, Type element, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        long bytes = checked(count * elementBytes);
        byte* start = bytes < LargeFrom ? PlaceSmall(bytes) : PlaceLarge(bytes);
        if (Count == _allocations.Length)
        {
            Array.Resize(ref _allocations, 2 * Count);
        }

        _allocations[Count++] = new Allocation
        {
            Start = start,
            Bytes = bytes,
            Count = count,
            Name = name,
            Element = element,
            FreedBy = -1,
            FreedFile = "",
        };
        return start;
    }

    /// <summary>The number of the block that an address lies in or right behind of; 0 if there is none.</summary>
    internal int Find(void* address)
    {
        long offset = (byte*)address - _base;
        if ((ulong)offset < (ulong)_smallEnd)
        {
            return _granules[offset >> GranuleShift];
        }

        return offset >= _smallLimit && offset < _largeEnd ? _chunks[(offset - _smallLimit) >> ChunkShift] : 0;
    }

    /// <summary>Whether memory is mapped at an address, so that touching it harms nobody.</summary>
    internal bool Covers(void* address, long bytes)
    {
        long offset = (byte*)address - _base;
        return offset >= 0 && bytes >= 0 && offset <= _limit - bytes;
    }

    /// <summary>Forgets all blocks and zeroes what they used.</summary>
    internal void Reset()
    {
        NativeMemory.Clear(_base, (nuint)_smallEnd);
        NativeMemory.Clear(_granules, (nuint)((_smallEnd >> GranuleShift) * sizeof(int)));
        if (_largeEnd > _smallLimit)
        {
            ResetLarge();
        }

        Array.Clear(_allocations, 0, Count);
        Count = 1;
        _smallEnd = 0;
        _largeEnd = _smallLimit;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeSync.Free(_block);
        NativeSync.Free(_granules);
    }

    private byte* PlaceSmall(long bytes)
    {
        long taken = (bytes + GranuleBytes - 1) & -GranuleBytes;

        // The free granule behind it tells an overrun from an access to the next block.
        if (_smallEnd + taken + GranuleBytes > _smallLimit)
        {
            throw Full(bytes);
        }

        new Span<int>(_granules + (_smallEnd >> GranuleShift), (int)(taken >> GranuleShift)).Fill(Count);
        byte* start = _base + _smallEnd;
        _smallEnd += taken + GranuleBytes;
        return start;
    }

    private byte* PlaceLarge(long bytes)
    {
        if (bytes > _limit - _largeEnd)
        {
            throw Full(bytes);
        }

        long taken = (bytes + ChunkBytes - 1) & -ChunkBytes;
        _chunks.AsSpan((int)((_largeEnd - _smallLimit) >> ChunkShift), (int)(taken >> ChunkShift)).Fill(Count);
        byte* start = _base + _largeEnd;
        _largeEnd += taken;
        return start;
    }

    private void ResetLarge()
    {
        byte* start = _base + _smallLimit;
        long bytes = _largeEnd - _smallLimit;
        _chunks.AsSpan(0, (int)(bytes >> ChunkShift)).Clear();
        if (bytes < DiscardFrom || !OperatingSystem.IsLinux())
        {
            NativeMemory.Clear(start, (nuint)bytes);
        }
        else if (Advise(start, (nuint)bytes, DontNeed) != 0)
        {
            throw new UnreachableException($"discarding {bytes} bytes failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private InsufficientMemoryException Full(long bytes)
        => new($"no {bytes} bytes left of the {_limit} that an execution may have");

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
