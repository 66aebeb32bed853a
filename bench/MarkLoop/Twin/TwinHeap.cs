using System.Runtime.CompilerServices;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary>The mark loop's side of <c>Heap</c>, without the seam, over the same memory.</summary>
internal sealed unsafe class TwinHeap
{
    private readonly TwinPages _pages;

    internal TwinHeap(nint start, nint used, TwinBitmap bitmap, TwinPages pages)
    {
        ArenaStart = start;
        ArenaUsed = used;
        Bitmap = bitmap;
        _pages = pages;
    }

    internal nint ArenaStart { get; }

    internal nint ArenaUsed { get; }

    internal TwinBitmap Bitmap { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFindObject(nint address, out nint start, out Span* span)
    {
        span = _pages.Find(address);
        start = 0;
        if (span == null)
        {
            return false;
        }

        nuint elementSize = span->ElementSize;
        nint first = span->Start;
        start = first + (nint)((nuint)(address - first) / elementSize * elementSize);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TypeInfo* TypeOf(Span* span, nint start)
    {
        nint types = span->Types;
        return (types & 3) == 1 ? (TypeInfo*)(types - 1) : TypeInTable(types, span, start);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TypeInfo* TypeInTable(nint types, Span* span, nint start)
    {
        nuint index = (nuint)(start - span->Start) / span->ElementSize;
        var table = (nint*)(types & ~3);
        return (types & 3) switch
        {
            2 => (TypeInfo*)table[2 + ((byte*)(table + 2 + table[1]))[index]],
            3 => (TypeInfo*)table[1 + index],
            _ => throw new InvalidOperationException($"object 0x{start:x} may hold pointers but has no type"),
        };
    }
}
