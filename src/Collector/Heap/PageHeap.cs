using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Hands out runs of pages of the arena and takes them back. The seed's <c>MHeap</c>.
/// </summary>
/// <remarks>
/// Invariants, under the lock: every page below the used end belongs to exactly one span that is free or in use; each
/// page of one in use leads to it in the table, of a free one the first and the last; no two free spans are
/// neighbours; a free span is on the list of its length.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class PageHeap<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>Free spans of fewer pages have a list for their length; the others share one.</summary>
    private const int Lists = 64;

    private readonly nint _start;
    private readonly nint _pages;
    private readonly nint _growPages;
    private readonly int _pageShift;
    private readonly Mutex _lock;
    private readonly State* _state;
    private readonly Span** _free;
    private readonly Span** _table;
    private readonly Bitmap<TSync> _bitmap;
    private readonly GrowthObserver? _observer;
    private readonly Action<Exception>? _die;

    internal PageHeap(WorldOptions options, nint start, Bitmap<TSync> bitmap, Action<Exception>? die = null)
    {
        _observer = options.Growth;
        _die = die;
        _start = start;
        _bitmap = bitmap;
        _pageShift = int.Log2(options.PageBytes);
        _pages = (nint)(options.ArenaBytes >> _pageShift);
        _growPages = (nint)(((long)options.HeapGrowBytes + options.PageBytes - 1) >> _pageShift);
        _lock = TSync.CreateMutex("mheap");
        _state = TSync.Allocate<State>(1, "mheap");
        _free = (Span**)TSync.Allocate<nint>(Lists, "mheap.free");
        _table = (Span**)TSync.Allocate<nint>((nuint)_pages, "spans");
        TSync.RacyWrite(&_state->ArenaUsed, start);
    }

    /// <summary>The end of what was ever used of the arena. Racy: only grows, and not while the world is stopped.</summary>
    internal nint ArenaUsed => TSync.RacyRead(&_state->ArenaUsed);

    /// <summary>How many spans there are, dead ones included; not while they are being made. The seed's <c>nspan</c>.</summary>
    internal int SpanCount => TSync.Read(&_state->SpanCount);

    /// <summary>A span by its index; as <see cref="SpanCount"/>. The seed's <c>allspans</c>.</summary>
    internal Span* SpanAt(int index) => TSync.Read(SpansOf(TSync.Read(&_state->Spans)) + index);

    /// <summary>How many pages are in use; while nobody allocates.</summary>
    internal nint PagesInUse => TSync.Read(&_state->PagesInUse);

    /// <summary>
    /// The span in use whose objects lie around an address, or null. Any thread, also while spans are given back: then
    /// a stale pointer may lead to a span that is none any more, with nothing allocated in it. The seed's
    /// <c>MHeap_LookupMaybe</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span* Find(nint address)
    {
        nint offset = address - _start;
        if (offset < 0 || offset >> _pageShift >= _pages)
        {
            return null;
        }

        // Racy: a span is one for ever, and its state tells whether the rest of it holds.
        Span* span = TSync.RacyRead(_table + (offset >> _pageShift));
        return span != null
            && TSync.VolatileRead(&span->State) == SpanState.InUse
            && address >= TSync.RacyRead(&span->Start)
            && address < TSync.RacyRead(&span->Limit)
                ? span
                : null;
    }

    /// <summary>The span of an object that the caller knows is allocated and stays so: nothing races.</summary>
    internal Span* FindKnown(nint address)
    {
        nint offset = address - _start;
        return offset < 0 || offset >> _pageShift >= _pages ? null : TSync.Read(_table + (offset >> _pageShift));
    }

    /// <summary>A zeroed span of free objects. The seed's <c>MHeap_Alloc</c>.</summary>
    /// <param name="pages">How many pages.</param>
    /// <param name="sizeClass">The size class, 0 for one large object.</param>
    /// <param name="elementSize">The bytes of an object.</param>
    /// <returns>The span, or null if there is no room.</returns>
    internal Span* Allocate(nint pages, int sizeClass, nuint elementSize)
    {
        TSync.Enter(_lock);
        Span* span = TakeFree(pages);
        if (span == null && TryGrow(pages))
        {
            span = TakeFree(pages);
        }

        if (span == null)
        {
            TSync.Exit(_lock);
            return null;
        }

        Trim(span, pages);
        nint start = TSync.Read(&span->Start);
        nint bytes = pages << _pageShift;
        int capacity = (int)((nuint)bytes / elementSize);
        bool dirty = TSync.Read(&span->NeedsZero) != 0;
        TSync.Write(&span->NeedsZero, 0);
        TSync.Write(&span->SizeClass, sizeClass);
        TSync.Write(&span->Capacity, capacity);
        TSync.Write(&span->References, 0);
        TSync.Write(&span->FreeList, 0);
        TSync.RacyWrite(&span->ElementSize, elementSize);
        TSync.RacyWrite(&span->Limit, start + (nint)((nuint)capacity * elementSize));
        for (nint page = PageOf(start), end = page + pages; page < end; page++)
        {
            TSync.RacyWrite(_table + page, span);
        }

        TSync.Write(&_state->PagesInUse, TSync.Read(&_state->PagesInUse) + pages);

        // Last, so that whoever finds the span in use finds the rest, too (golang/go 7de15e362b).
        TSync.VolatileWrite(&span->State, SpanState.InUse);
        TSync.Exit(_lock);
        if (dirty)
        {
            TSync.Zero((void*)start, (nuint)bytes);
        }

        _bitmap.SetSpan(start, start + bytes, elementSize, capacity);
        return span;
    }

    /// <summary>Takes a span back whose objects are all free. The seed's <c>MHeap_Free</c>.</summary>
    internal void Free(Span* span)
    {
        nint start = TSync.RacyRead(&span->Start);
        nint bytes = TSync.Read(&span->PageCount) << _pageShift;
        _bitmap.ClearSpan(start, start + bytes);
        TSync.Poison((void*)start, (nuint)bytes);
        TSync.Enter(_lock);
        if (TSync.Read(&span->State) != SpanState.InUse || TSync.Read(&span->References) != 0)
        {
            throw Fatal(
                $"span {TSync.Read(&span->Index)} is given back with {TSync.Read(&span->References)} objects in use");
        }

        if (TSync.Read(&span->Finalizers) != null)
        {
            throw Fatal($"span {TSync.Read(&span->Index)} is given back with finalizers");
        }

        SpanTypes<TSync>.Clear(span);
        TSync.Write(&_state->PagesInUse, TSync.Read(&_state->PagesInUse) - TSync.Read(&span->PageCount));
        TSync.Write(&span->NeedsZero, 1);
        PutFree(span);
        TSync.Exit(_lock);
    }

    /// <summary>Checks the invariants; nobody allocates or frees meanwhile.</summary>
    /// <exception cref="CorruptionException">One does not hold.</exception>
    internal void CheckInvariants()
    {
        nint end = PageOf(TSync.RacyRead(&_state->ArenaUsed));
        bool previousFree = false;
        nint inUse = 0;
        int free = 0;
        for (nint page = 0; page < end;)
        {
            Span* span = TSync.Read(_table + page);
            SpanState state = span == null ? SpanState.Dead : TSync.Read(&span->State);
            Check(state != SpanState.Dead && PageOf(TSync.RacyRead(&span->Start)) == page, page, "starts no span");
            nint count = TSync.Read(&span->PageCount);
            for (nint i = 0; i < count && state == SpanState.InUse; i++)
            {
                Check(TSync.Read(_table + page + i) == span, page + i, "does not lead to its span");
            }

            if (state == SpanState.Free)
            {
                Check(TSync.Read(_table + page + count - 1) == span, page, "ends no free span");
                Check(!previousFree, page, "starts a free span behind another");
                free++;
            }

            previousFree = state == SpanState.Free;
            inUse += state == SpanState.InUse ? count : 0;
            page += count;
        }

        Check(inUse == TSync.Read(&_state->PagesInUse), inUse, "is how many pages are in use, another number is counted");
        Check(CountListed() == free, free, "is how many free spans there are, another number is on the lists");
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        for (int i = SpanCount - 1; i >= 0; i--)
        {
            Span* span = SpanAt(i);
            SpanTypes<TSync>.Clear(span);
            TSync.Destroy(TSync.Read(&span->FinalizerLock));
            TSync.Free(span);
        }

        Block* spans = TSync.Read(&_state->Spans);
        while (spans != null)
        {
            Block* outgrown = TSync.Read(&spans->Outgrown);
            TSync.Free(spans);
            spans = outgrown;
        }

        TSync.Free(_table);
        TSync.Free(_free);
        TSync.Free(_state);
        TSync.Destroy(_lock);
    }

    private static int ListOf(nint pages) => (int)Math.Min(pages, Lists - 1);

    private static Span** SpansOf(Block* block) => (Span**)(block + 1);

    private static void Check(bool condition, nint page, string what)
    {
        if (!condition)
        {
            throw new CorruptionException($"page heap: {page} {what}");
        }
    }

    /// <summary>
    /// How many spans are on the lists; checks each for being free, on the list of its length, and there once: what
    /// comes before it knows it, and its table entry leads to it alone.
    /// </summary>
    private int CountListed()
    {
        int count = 0;
        for (int list = 0; list < Lists; list++)
        {
            Span* previous = null;
            for (Span* span = TSync.Read(_free + list); span != null; span = TSync.Read(&span->Next))
            {
                nint page = PageOf(TSync.RacyRead(&span->Start));
                Check(TSync.Read(&span->State) == SpanState.Free, page, "is on a list but not free");
                Check(TSync.Read(_table + page) == span, page, "is on a list but starts another span");
                Check(ListOf(TSync.Read(&span->PageCount)) == list, page, "starts a free span on another's list");
                Check(TSync.Read(&span->Previous) == previous, page, "starts a free span whose list is torn");
                previous = span;
                count++;
            }
        }

        return count;
    }

    private nint PageOf(nint address) => (address - _start) >> _pageShift;

    /// <summary>
    /// The smallest free span of at least so many pages, off its list; or null. Under the lock. The seed's
    /// <c>MHeap_AllocLocked</c>.
    /// </summary>
    private Span* TakeFree(nint pages)
    {
        // The spans of all lists but the last are equally long, so that any will do: a heap in small pieces may have
        // very many of them.
        int list = ListOf(pages);
        while (list < Lists - 1 && TSync.Read(_free + list) == null)
        {
            list++;
        }

        Span* span = list < Lists - 1 ? TSync.Read(_free + list) : BestFit(pages);
        if (span != null)
        {
            SpanList<TSync>.Remove(_free + list, span);
        }

        return span;
    }

    /// <summary>
    /// The smallest span of the last list with at least so many pages, the lowest where several are; or null. Under
    /// the lock. The seed's <c>BestFit</c>.
    /// </summary>
    private Span* BestFit(nint pages)
    {
        Span* best = null;
        for (Span* span = TSync.Read(_free + (Lists - 1)); span != null; span = TSync.Read(&span->Next))
        {
            nint count = TSync.Read(&span->PageCount);
            if (count >= pages && (best == null || IsBetter(span, count, best)))
            {
                best = span;
            }
        }

        return best;
    }

    private static bool IsBetter(Span* span, nint count, Span* best)
    {
        nint bestCount = TSync.Read(&best->PageCount);
        return count < bestCount
            || (count == bestCount && TSync.RacyRead(&span->Start) < TSync.RacyRead(&best->Start));
    }

    /// <summary>Gives the pages of a span, which is on no list, beyond the first few back; under the lock.</summary>
    private void Trim(Span* span, nint pages)
    {
        nint extra = TSync.Read(&span->PageCount) - pages;
        if (extra == 0)
        {
            return;
        }

        TSync.Write(&span->PageCount, pages);
        Span* rest = TakeDead();
        nint start = TSync.RacyRead(&span->Start) + (pages << _pageShift);
        TSync.RacyWrite(&rest->Start, start);
        TSync.Write(&rest->PageCount, extra);
        TSync.Write(&rest->NeedsZero, TSync.Read(&span->NeedsZero));

        // The rest's neighbour is this span, which is no longer free; what the table said in the middle was stale.
        TSync.RacyWrite(&span->State, SpanState.Dead);
        TSync.RacyWrite(_table + PageOf(start) - 1, span);
        PutFree(rest);
    }

    /// <summary>
    /// Makes a span free, together with its free neighbours; under the lock. The seed's <c>MHeap_FreeLocked</c>.
    /// </summary>
    private void PutFree(Span* span)
    {
        TSync.RacyWrite(&span->State, SpanState.Free);
        nint page = PageOf(TSync.RacyRead(&span->Start));
        if (page > 0)
        {
            Absorb(span, TSync.Read(_table + page - 1));
        }

        nint end = PageOf(TSync.RacyRead(&span->Start)) + TSync.Read(&span->PageCount);
        if (end < _pages)
        {
            Absorb(span, TSync.Read(_table + end));
        }

        page = PageOf(TSync.RacyRead(&span->Start));
        nint count = TSync.Read(&span->PageCount);
        TSync.RacyWrite(_table + page, span);
        TSync.RacyWrite(_table + page + count - 1, span);
        SpanList<TSync>.Insert(_free + ListOf(count), span);
    }

    /// <summary>Adds a neighbour's pages to a span if the neighbour is free, and ends the neighbour; under the lock.</summary>
    private void Absorb(Span* span, Span* neighbour)
    {
        if (neighbour == null || TSync.Read(&neighbour->State) != SpanState.Free)
        {
            return;
        }

        nint count = TSync.Read(&neighbour->PageCount);
        SpanList<TSync>.Remove(_free + ListOf(count), neighbour);
        nint start = TSync.RacyRead(&neighbour->Start);
        if (start < TSync.RacyRead(&span->Start))
        {
            TSync.RacyWrite(&span->Start, start);
        }

        TSync.Write(&span->PageCount, TSync.Read(&span->PageCount) + count);
        TSync.Write(&span->NeedsZero, TSync.Read(&span->NeedsZero) | TSync.Read(&neighbour->NeedsZero));
        TSync.RacyWrite(&neighbour->State, SpanState.Dead);
        SpanList<TSync>.Insert(&_state->DeadSpans, neighbour);
    }

    /// <summary>Dumps and fails the world where it is found corrupt, and leaves the lock.</summary>
    private CorruptionException Fatal(string message)
    {
        var exception = new CorruptionException(message);
        _die?.Invoke(exception);
        TSync.Exit(_lock);
        return exception;
    }

    /// <summary>
    /// <see cref="Grow"/>; if that fails otherwise than for want of address space, dumps and fails the world and leaves the
    /// lock.
    /// </summary>
    private bool TryGrow(nint pages)
    {
        try
        {
            return Grow(pages);
        }
        catch (Exception exception)
        {
            _die?.Invoke(exception);
            TSync.Exit(_lock);
            throw;
        }
    }

    /// <summary>Takes more of the arena, as one free span; under the lock. The seed's <c>MHeap_Grow</c>.</summary>
    /// <returns>Whether there was enough.</returns>
    private bool Grow(nint pages)
    {
        nint used = TSync.RacyRead(&_state->ArenaUsed);
        nint left = _pages - PageOf(used);

        // What is taken joins a free span before it: without that a heap that is free again could be too small.
        nint needed = pages - FreePagesBefore(PageOf(used));
        if (left < needed)
        {
            return false;
        }

        nint grown = Math.Min(Math.Max(needed, _growPages), left);
        _observer?.HeapGrows(grown << _pageShift);
        Span* span = TakeDead();
        TSync.RacyWrite(&span->Start, used);
        TSync.Write(&span->PageCount, grown);
        TSync.Write(&span->NeedsZero, 0);
        TSync.RacyWrite(&_state->ArenaUsed, used + (grown << _pageShift));
        PutFree(span);
        return true;
    }

    /// <summary>The length of the free span that ends before a page; under the lock.</summary>
    private nint FreePagesBefore(nint page)
    {
        Span* last = page == 0 ? null : TSync.Read(_table + page - 1);
        return last != null && TSync.Read(&last->State) == SpanState.Free ? TSync.Read(&last->PageCount) : 0;
    }

    /// <summary>A dead span to be used again, or a new one; under the lock. The seed's <c>RecordSpan</c>.</summary>
    private Span* TakeDead()
    {
        Span* span = TSync.Read(&_state->DeadSpans);
        if (span != null)
        {
            SpanList<TSync>.Remove(&_state->DeadSpans, span);
            return span;
        }

        int count = TSync.Read(&_state->SpanCount);
        Block* spans = TSync.Read(&_state->Spans);
        if (spans == null || count == TSync.Read(&spans->Capacity))
        {
            spans = GrowSpans(spans, count);
        }

        span = TSync.Allocate<Span>(1, "span");
        TSync.Write(&span->Index, count);
        TSync.Write(SpansOf(spans) + count, span);
        TSync.Write(&_state->SpanCount, count + 1);
        return span;
    }

    private Block* GrowSpans(Block* old, int count)
    {
        int capacity = Math.Max(2 * count, 16);
        var spans = (Block*)TSync.Allocate<nint>((nuint)(capacity + (sizeof(Block) / sizeof(nint))), "allspans");
        if (count > 0)
        {
            TSync.Copy(SpansOf(old), SpansOf(spans), (nuint)count * (nuint)sizeof(Span*));
        }

        TSync.Write(&spans->Capacity, capacity);
        TSync.Write(&spans->Outgrown, old);
        TSync.Write(&_state->Spans, spans);
        return spans;
    }

    /// <summary>The words that everybody shares; under the lock unless a field says otherwise.</summary>
    private struct State
    {
        /// <summary>The end of what was ever used of the arena; read at any time. Racy.</summary>
        internal nint ArenaUsed;

        /// <summary>How many pages are in use.</summary>
        internal nint PagesInUse;

        /// <summary>Spans that describe no pages.</summary>
        internal Span* DeadSpans;

        /// <summary>All spans; read while the world is stopped, when none is made.</summary>
        internal Block* Spans;

        /// <summary>How many spans there are; as <see cref="Spans"/>.</summary>
        internal int SpanCount;
    }

    /// <summary>The head of an array of all spans.</summary>
    private struct Block
    {
        /// <summary>The array that this one replaced.</summary>
        internal Block* Outgrown;

        /// <summary>How many spans there is room for.</summary>
        internal long Capacity;
    }
}
