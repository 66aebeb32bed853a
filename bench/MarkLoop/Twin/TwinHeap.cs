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
    internal static TypeInfo* TypeOf(Span* span, nint start) => (TypeInfo*)*TypeSlot(span, start);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint* TypeSlot(Span* span, nint start)
        => span->Types + ((nuint)(start - span->Start) / span->ElementSize);
}
