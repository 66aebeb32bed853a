using System.Runtime.InteropServices;

namespace Testbed.Coyote;

/// <summary>
/// The blocks of one execution. Where they lie differs from one execution to the next, and nothing depends on it: an
/// address only finds its block.
/// </summary>
internal sealed unsafe class Blocks
{
    private const nuint CacheLine = 64;
    private const nuint Page = 4096;

    /// <summary>By address, ascending.</summary>
    private readonly List<Block> _blocks = [];

    /// <summary>What was found last: accesses come in runs.</summary>
    private Block? _last;

    /// <summary>Makes a zeroed block.</summary>
    /// <exception cref="OutOfMemoryException">There is no such block.</exception>
    internal Block Allocate(string name, nuint bytes)
    {
        // The memory is the C library's: a managed array may be moved, and pinning it would not keep a stale pointer
        // from reading it after it was collected.
        void* start = NativeMemory.AlignedAlloc(bytes, bytes < Page ? CacheLine : Page);
        NativeMemory.Clear(start, bytes);
        var block = new Block(name, (nint)start, (nint)bytes);
        _blocks.Insert(CountUpTo(block.Start), block);
        return block;
    }

    /// <summary>The block that an address lies in, or null.</summary>
    internal Block? Find(nint address)
    {
        if (_last is { } last && address >= last.Start && address - last.Start < last.Bytes)
        {
            return last;
        }

        int count = CountUpTo(address);
        Block? found = count == 0 ? null : _blocks[count - 1];
        if (found is null || address - found.Start >= found.Bytes)
        {
            return null;
        }

        _last = found;
        return found;
    }

    /// <summary>Gives all memory back, once no thread of the execution is left that could touch it.</summary>
    internal void Release()
    {
        foreach (Block block in _blocks)
        {
            NativeMemory.AlignedFree((void*)block.Start);
        }
    }

    /// <summary>How many blocks start at an address or below it.</summary>
    private int CountUpTo(nint address)
    {
        int low = 0;
        int high = _blocks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_blocks[middle].Start <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
