using System.Numerics;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// Where objects of a heap can be, read anew from the list of all spans: neither from the table of pages by which the
/// collector finds spans, nor from its bitmap.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="heap">The heap.</param>
/// <param name="pageBytes">The bytes of a page.</param>
internal sealed unsafe class HeapGeometry<TSync>(Heap<TSync> heap, int pageBytes)
    where TSync : struct, ISync
{
    private readonly int _pageShift = BitOperations.Log2((uint)pageBytes);
    private readonly List<HeapSpan> _spans = [];

    /// <summary>For each page, one more than the place of its span among <see cref="_spans"/>; 0 for none.</summary>
    private int[] _pages = [];

    /// <summary>The first address of the arena.</summary>
    internal nint Start { get; private set; }

    /// <summary>The address behind the last page that was ever in use.</summary>
    internal nint End { get; private set; }

    /// <summary>The spans that hold objects.</summary>
    internal IReadOnlyList<HeapSpan> Spans => _spans;

    /// <summary>Reads the spans; while the world is stopped.</summary>
    /// <exception cref="OracleException">Two spans overlap, or one lies outside the arena.</exception>
    internal void Read()
    {
        Start = heap.ArenaStart;
        End = heap.ArenaUsed;
        int pages = checked((int)((End - Start) >> _pageShift));
        if (_pages.Length < pages)
        {
            _pages = new int[Math.Max(pages, 2 * _pages.Length)];
        }

        Array.Clear(_pages, 0, pages);
        _spans.Clear();
        for (int i = 0; i < heap.SpanCount; i++)
        {
            Span* span = heap.SpanAt(i);
            if (TSync.RacyRead(&span->State) == SpanState.InUse)
            {
                Add(i, span);
            }
        }
    }

    /// <summary>Finds the object that an address lies in, allocated or free.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="start">The address of the object.</param>
    /// <param name="span">Its span.</param>
    /// <returns>False if no object can be there.</returns>
    internal bool TryFind(nint address, out nint start, out HeapSpan span)
    {
        start = 0;
        span = default;
        if (address < Start || address >= End)
        {
            return false;
        }

        int entry = _pages[(address - Start) >> _pageShift];
        if (entry == 0)
        {
            return false;
        }

        span = _spans[entry - 1];
        if (address >= span.End)
        {
            return false;
        }

        start = span.Capacity == 1 ? span.Start : address - ((address - span.Start) % span.ElementBytes);
        return true;
    }

    private void Add(int index, Span* span)
    {
        // Nobody writes these while the world is stopped; they are racy for the sake of markers.
        nint start = TSync.RacyRead(&span->Start);
        var record = new HeapSpan(index, start, (nint)TSync.RacyRead(&span->ElementSize), TSync.Read(&span->Capacity));
        nint end = start + (TSync.Read(&span->PageCount) << _pageShift);
        if (start < Start || end > End || record.End > end || record.Capacity <= 0 || record.ElementBytes <= 0)
        {
            throw new OracleException(
                $"span {index} from 0x{start:x} to 0x{end:x} has {record.Capacity} objects of {record.ElementBytes} "
                + $"bytes in the arena from 0x{Start:x} to 0x{End:x}");
        }

        _spans.Add(record);
        for (nint page = (start - Start) >> _pageShift; page < (end - Start) >> _pageShift; page++)
        {
            int other = _pages[page];
            if (other != 0)
            {
                throw new OracleException($"page {page} belongs to spans {_spans[other - 1].Index} and {index}");
            }

            _pages[page] = _spans.Count;
        }
    }
}
