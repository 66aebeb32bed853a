using System.Diagnostics;
using System.Runtime.InteropServices;
using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>
/// The memory of one worker's executions: blocks one after the other, so that an address says which block it belongs
/// to, and an access to a freed block is noticed. A small block may be used again when it was freed; an access that
/// means the old one is then not told from one that means the new one. Between executions what was used is zeroed.
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

    /// <summary>The numbers of the small blocks that were freed and are not in use again, in that order.</summary>
    private readonly List<int> _freed = [];
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
    /// <returns>Its number.</returns>
    /// <exception cref="OutOfMemoryException">The region is full.</exception>
    internal int Allocate(long count, int elementBytes, Type element, string name)
    {
        long bytes = BytesOf(count, elementBytes);
        byte* start = bytes < LargeFrom ? PlaceSmall(bytes) : PlaceLarge(bytes);
        if (Count == _allocations.Length)
        {
            Array.Resize(ref _allocations, 2 * Count);
        }

        _allocations[Count] = new Allocation { Start = start };
        Begin(Count, count, bytes, element, name);
        return Count++;
    }

    /// <summary>
    /// The small block that a thread freed last of those that a new one could take the place of. Those of other
    /// threads would do, too, but which of them were freed by then can depend on the order of steps that nothing else
    /// depends on, and so would what an exhaustive search must try.
    /// </summary>
    /// <returns>Its number; 0 if there is none.</returns>
    internal int FindReusable(int thread, long count, int elementBytes)
    {
        long bytes = BytesOf(count, elementBytes);
        for (int i = _freed.Count - 1; i >= 0; i--)
        {
            ref Allocation freed = ref _allocations[_freed[i]];
            if (freed.FreedBy == thread && Granules(freed.Bytes) == Granules(bytes))
            {
                return _freed[i];
            }
        }

        return 0;
    }

    /// <summary>Makes a zeroed block in the place of one that <see cref="FindReusable"/> found.</summary>
    internal void Reuse(int number, long count, int elementBytes, Type element, string name)
    {
        _freed.Remove(number);
        Begin(number, count, BytesOf(count, elementBytes), element, name);
        ref Allocation allocation = ref _allocations[number];
        NativeMemory.Clear(allocation.Start, (nuint)allocation.Bytes);
    }

    /// <summary>A block was freed.</summary>
    internal void Free(int number)
    {
        if (_allocations[number].Bytes < LargeFrom)
        {
            _freed.Add(number);
        }
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
        _freed.Clear();
        _smallEnd = 0;
        _largeEnd = _smallLimit;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeSync.Free(_block);
        NativeSync.Free(_granules);
    }

    private static long BytesOf(long count, int elementBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return checked(count * elementBytes);
    }

    private static long Granules(long bytes) => (bytes + GranuleBytes - 1) >> GranuleShift;

    private void Begin(int number, long count, long bytes, Type element, string name)
        => _allocations[number] = new Allocation
        {
            Start = _allocations[number].Start,
            Identity = _allocations[number].Identity,
            Bytes = bytes,
            Count = count,
            Name = name,
            Element = element,
            File = "",
            FreedBy = -1,
            FreedFile = "",
        };

    private byte* PlaceSmall(long bytes)
    {
        long taken = Granules(bytes) * GranuleBytes;

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
