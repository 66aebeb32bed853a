using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>The spans of one size class, from which thread caches take free objects. The seed's <c>MCentral</c>.</summary>
/// <remarks>
/// Invariants, under the lock: a span of the class is on the list of those with free objects if it has any that are in
/// no cache, else on the other; its references and the length of its free list add up to its capacity.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class CentralList<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>What the second word of a free object says if the object must be zeroed. The seed's <c>0xdeaddead...</c>.</summary>
    internal static readonly nint Dirty = unchecked((nint)0xdeaddeaddeaddead);

    private readonly PageHeap<TSync> _pages;
    private readonly Bitmap<TSync> _bitmap;
    private readonly int _sizeClass;
    private readonly int _objectBytes;
    private readonly int _spanPages;
    private readonly Mutex _lock;
    private readonly State* _state;
    private readonly Action<Exception>? _die;

    internal CentralList(
        PageHeap<TSync> pages,
        Bitmap<TSync> bitmap,
        SizeClasses classes,
        int sizeClass,
        Action<Exception>? die = null)
    {
        _die = die;
        _pages = pages;
        _bitmap = bitmap;
        _sizeClass = sizeClass;
        _objectBytes = classes.SizeOf(sizeClass);
        _spanPages = classes.PagesOf(sizeClass);
        _lock = TSync.CreateMutex($"mcentral[{sizeClass}]");
        _state = TSync.Allocate<State>(1, "mcentral");
    }

    /// <summary>Takes all free objects of a span for a cache. The seed's <c>MCentral_AllocList</c>.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The first of them, each leading to the next; 0 if there is no room.</returns>
    internal nint TakeList(out int count)
    {
        TSync.Enter(_lock);
        Span* span = TSync.Read(&_state->NonEmpty);
        if (span == null && (span = Grow()) == null)
        {
            TSync.Exit(_lock);
            count = 0;
            return 0;
        }

        nint first = TSync.Read(&span->FreeList);
        int capacity = TSync.Read(&span->Capacity);
        count = capacity - TSync.Read(&span->References);
        TSync.Write(&span->FreeList, 0);
        TSync.Write(&span->References, capacity);
        SpanList<TSync>.Remove(&_state->NonEmpty, span);
        SpanList<TSync>.Insert(&_state->Empty, span);
        TSync.Exit(_lock);
        return first;
    }

    /// <summary>Takes a cache's free objects back; may run while others mark. The seed's <c>MCentral_FreeList</c>.</summary>
    /// <returns>How many.</returns>
    internal int PutList(nint first)
    {
        int count = 0;
        TSync.Enter(_lock);
        while (first != 0)
        {
            nint next = TSync.Read((nint*)first);
            Span* span = _pages.FindKnown(first);
            if (span == null)
            {
                throw Fatal($"a cache of class {_sizeClass} holds 0x{first:x}, which is in no span");
            }

            TSync.Write((nint*)first, TSync.Read(&span->FreeList));
            if (PutBack(span, first, 1))
            {
                // The page heap's lock is never taken under this one. Nobody else finds the span meanwhile.
                TSync.Exit(_lock);
                _pages.Free(span);
                TSync.Enter(_lock);
            }

            first = next;
            count++;
        }

        TSync.Exit(_lock);
        return count;
    }

    /// <summary>Takes objects of one span back that the sweeper has freed. The seed's <c>MCentral_FreeSpan</c>.</summary>
    /// <param name="span">The span, which the caller sweeps.</param>
    /// <param name="first">The first object, each leading to the next.</param>
    /// <param name="last">The last.</param>
    /// <param name="count">How many, at least one.</param>
    internal void PutSwept(Span* span, nint first, nint last, int count)
    {
        TSync.Enter(_lock);
        TSync.Write((nint*)last, TSync.Read(&span->FreeList));
        bool unused = PutBack(span, first, count);
        TSync.Exit(_lock);
        if (unused)
        {
            _pages.Free(span);
        }
    }

    /// <summary>Checks the invariants; nobody allocates or frees meanwhile, and caches are empty.</summary>
    /// <returns>How many objects of the class are allocated, and how many spans it has.</returns>
    /// <exception cref="CorruptionException">One does not hold.</exception>
    internal (long Objects, int Spans) CheckInvariants()
    {
        (long objects, int spans) = Check(TSync.Read(&_state->NonEmpty), empty: false);
        (long otherObjects, int otherSpans) = Check(TSync.Read(&_state->Empty), empty: true);
        return (objects + otherObjects, spans + otherSpans);
    }

    /// <summary>Frees the lists; the spans are the page heap's.</summary>
    public void Dispose()
    {
        TSync.Free(_state);
        TSync.Destroy(_lock);
    }

    /// <summary>
    /// Counts objects as free that are linked in front of the span's free list; under the lock. The seed's
    /// <c>MCentral_Free</c>.
    /// </summary>
    /// <returns>Whether the span has no object in use any more: it is on no list then, and the caller gives it back.</returns>
    private bool PutBack(Span* span, nint first, int count)
    {
        bool wasEmpty = TSync.Read(&span->FreeList) == 0;
        int references = TSync.Read(&span->References) - count;
        if (references < 0 || TSync.Read(&span->SizeClass) != _sizeClass)
        {
            throw Fatal(
                $"{count} objects of class {_sizeClass} are freed into span {TSync.Read(&span->Index)} of class "
                + $"{TSync.Read(&span->SizeClass)}, which has {references + count} in use");
        }

        TSync.Write(&span->References, references);
        TSync.Write(&span->FreeList, first);
        if (wasEmpty)
        {
            SpanList<TSync>.Remove(&_state->Empty, span);
            SpanList<TSync>.Insert(&_state->NonEmpty, span);
        }

        if (references == 0)
        {
            SpanList<TSync>.Remove(&_state->NonEmpty, span);
            TSync.Write(&span->FreeList, 0);
        }

        return references == 0;
    }

    /// <summary>Dumps and fails the world where it is found corrupt, and leaves the lock.</summary>
    private CorruptionException Fatal(string message)
    {
        var exception = new CorruptionException(message);
        _die?.Invoke(exception);
        TSync.Exit(_lock);
        return exception;
    }

    /// <summary>Makes a span of free objects, in the order of their addresses; under the lock, which it leaves meanwhile. The seed's <c>MCentral_Grow</c>.</summary>
    private Span* Grow()
    {
        TSync.Exit(_lock);
        Span* span = _pages.Allocate(_spanPages, _sizeClass, (nuint)_objectBytes);
        if (span != null)
        {
            nint start = TSync.RacyRead(&span->Start);
            int capacity = TSync.Read(&span->Capacity);
            for (int i = 0; i < capacity; i++)
            {
                nint next = i + 1 < capacity ? start + ((i + 1) * (nint)_objectBytes) : 0;
                TSync.Write((nint*)(start + (i * (nint)_objectBytes)), next);
            }

            TSync.Write(&span->FreeList, start);
        }

        TSync.Enter(_lock);
        if (span != null)
        {
            SpanList<TSync>.Insert(&_state->NonEmpty, span);
        }

        return span;
    }

    private (long Objects, int Spans) Check(Span* first, bool empty)
    {
        long allocated = 0;
        int spans = 0;
        for (Span* span = first; span != null; span = TSync.Read(&span->Next))
        {
            spans++;
            int free = 0;
            for (nint item = TSync.Read(&span->FreeList); item != 0; item = TSync.Read((nint*)item))
            {
                free++;
                if (free > TSync.Read(&span->Capacity) || !IsFreeObject(span, item))
                {
                    throw new CorruptionException(
                        $"the free list of span {TSync.Read(&span->Index)} is broken at 0x{item:x}");
                }
            }

            int references = TSync.Read(&span->References);
            if (free + references != TSync.Read(&span->Capacity) || (free == 0) != empty)
            {
                throw new CorruptionException(
                    $"span {TSync.Read(&span->Index)} has {references} objects in use and {free} free of "
                    + $"{TSync.Read(&span->Capacity)}");
            }

            allocated += references;
        }

        return (allocated, spans);
    }

    /// <summary>Whether an address is the start of an object of a span, and has the bits of a free one.</summary>
    private bool IsFreeObject(Span* span, nint address)
        => _pages.Find(address) == span
            && (address - TSync.RacyRead(&span->Start)) % _objectBytes == 0
            && _bitmap.IsAllocated(address)
            && !_bitmap.IsScan(address);

    /// <summary>The lists; under the lock.</summary>
    private struct State
    {
        /// <summary>Spans with free objects. The seed's <c>nonempty</c>.</summary>
        internal Span* NonEmpty;

        /// <summary>Spans without. The seed's <c>empty</c>.</summary>
        internal Span* Empty;
    }
}
