using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>What is remembered of the accesses to each word of 8 bytes of a region, as a list a word.</summary>
/// <remarks>
/// A word's cell holds the number of the execution that wrote it beside its list, so that beginning an execution
/// touches none of them.
/// </remarks>
internal sealed unsafe class ShadowMemory : IDisposable
{
    /// <summary>The low bits of a cell, for the list; the others number the execution.</summary>
    private const int ListBits = 28;

    private readonly byte* _start;
    private readonly ulong* _cells;
    private MemoryAccess[] _accesses = new MemoryAccess[256];
    private int _count;
    private int _free;
    private ulong _execution;

    /// <summary>Reserves the memory.</summary>
    /// <param name="start">Where the region begins.</param>
    /// <param name="bytes">How long it is.</param>
    internal ShadowMemory(byte* start, long bytes)
    {
        _start = start;
        _cells = NativeSync.Allocate<ulong>((nuint)bytes / sizeof(ulong), "shadow");
    }

    /// <summary>An access by its number.</summary>
    internal ref MemoryAccess this[int access] => ref _accesses[access];

    /// <summary>The first access of a word; 0 for none.</summary>
    /// <param name="address">An address in the word.</param>
    internal int First(byte* address)
    {
        ulong cell = _cells[WordOf(address)];
        return cell >> ListBits == _execution ? (int)(cell & ((1UL << ListBits) - 1)) : 0;
    }

    /// <summary>Makes an access the first of a word.</summary>
    /// <param name="address">An address in the word.</param>
    /// <param name="access">The access, or 0.</param>
    internal void SetFirst(byte* address, int access)
        => _cells[WordOf(address)] = (_execution << ListBits) | (uint)access;

    /// <summary>Makes room for an access.</summary>
    /// <returns>Its number; what stands there is of another.</returns>
    internal int Create()
    {
        int access = _free;
        if (access != 0)
        {
            _free = _accesses[access].Next;
            return access;
        }

        if (_count == _accesses.Length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_count, 1 << (ListBits - 1));
            Array.Resize(ref _accesses, 2 * _count);
        }

        return _count++;
    }

    /// <summary>Takes an access out of its word's list.</summary>
    /// <param name="address">An address in the word.</param>
    /// <param name="previous">The access before it; 0 if it is the first.</param>
    /// <param name="access">The access.</param>
    internal void Remove(byte* address, int previous, int access)
    {
        int next = _accesses[access].Next;
        if (previous == 0)
        {
            SetFirst(address, next);
        }
        else
        {
            _accesses[previous].Next = next;
        }

        _accesses[access].Next = _free;
        _free = access;
    }

    /// <summary>A new execution begins.</summary>
    internal void Reset()
    {
        _execution++;
        _count = 1;
        _free = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeSync.Free(_cells);

    private long WordOf(byte* address) => (address - _start) / sizeof(ulong);
}
