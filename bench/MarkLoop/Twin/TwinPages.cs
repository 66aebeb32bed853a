using System.Runtime.CompilerServices;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary>The mark loop's side of <c>PageHeap</c>, without the seam, over the same table.</summary>
internal sealed unsafe class TwinPages
{
    private readonly nint _start;
    private readonly nint _pages;
    private readonly int _pageShift;
    private readonly Span** _table;

    internal TwinPages(nint start, nint pages, int pageShift, Span** table)
    {
        _start = start;
        _pages = pages;
        _pageShift = pageShift;
        _table = table;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span* Find(nint address)
    {
        nint offset = address - _start;
        if (offset < 0 || offset >> _pageShift >= _pages)
        {
            return null;
        }

        var span = (Span*)Volatile.Read(ref *(nint*)(_table + (offset >> _pageShift)));
        return span != null
            && (SpanState)Volatile.Read(ref *(int*)&span->State) == SpanState.InUse
            && address >= span->Start
            && address < span->Limit
                ? span
                : null;
    }
}
