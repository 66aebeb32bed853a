using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The collected heap: allocation from thread caches, central lists and pages, and the way from any address to its
/// object. The seed's <c>malloc.goc</c>, <c>mcache.c</c>, <c>mcentral.c</c>, <c>mheap.c</c>.
/// </summary>
/// <remarks>
/// Why caches may be flushed while others mark (six facts, which ARCHITECTURE.md lists with what checks them): an object
/// on a cache's list is allocated and not scanned, so a stale pointer can mark but not scan it; a mark that races with
/// the clearing of a span's bits is left in a free page, where <see cref="Bitmap{TSync}.SetSpan"/> clears it before an object
/// starts there; <see cref="FindSpan"/> of a stale pointer finds no span, or one with nothing allocated; the memory of
/// a span's description is never given back; nobody allocates a span during the mark; and no sweep starts before the
/// flush has ended, since the worker that flushes has not run out of work.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class Heap<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int WordBytes = 8;

    private readonly WorldOptions _options;
    private readonly SizeClasses _classes;
    private readonly int _pageShift;
    private readonly byte* _block;
    private readonly PageHeap<TSync> _pages;
    private readonly CentralList<TSync>[] _central;
    private readonly List<nint> _caches = [];
    private readonly State* _state;

    /// <param name="options">What the world is made with.</param>
    /// <param name="die">Dumps and fails the world; called under a lock of the heap, if that cannot go on.</param>
    internal Heap(WorldOptions options, Action<Exception>? die = null)
    {
        _options = options;
        _classes = new SizeClasses(options.PageBytes, options.MaxSmallSize);
        _pageShift = int.Log2(options.PageBytes);
        nuint arena = (nuint)options.ArenaBytes & ~(nuint)(options.PageBytes - 1);
        _block = TSync.Allocate<byte>(arena + (nuint)options.PageBytes, "arena");
        ArenaStart = ((nint)_block + options.PageBytes - 1) & ~(nint)(options.PageBytes - 1);
        ArenaEnd = ArenaStart + (nint)arena;
        Bitmap = new Bitmap<TSync>(ArenaStart, arena);
        _pages = new PageHeap<TSync>(options, ArenaStart, Bitmap, die);
        _central = new CentralList<TSync>[_classes.Count];
        for (int sizeClass = 1; sizeClass < _central.Length; sizeClass++)
        {
            _central[sizeClass] = new CentralList<TSync>(_pages, Bitmap, _classes, sizeClass, die);
        }

        FinalizerRecords = new FinalizerRecords<TSync>(options);
        FinalizerQueue = new FinalizerQueue<TSync>(options);
        _state = TSync.Allocate<State>(1, "mstats");
        TSync.Write(&_state->GcPercent, options.GcPercent);
        TSync.RacyWrite(&_state->Trigger, options.GcPercent < 0 ? long.MaxValue : options.FirstTriggerBytes);
    }

    /// <summary>The first address of the arena.</summary>
    internal nint ArenaStart { get; }

    /// <summary>The address behind the arena.</summary>
    internal nint ArenaEnd { get; }

    /// <summary>The end of what was ever used of the arena; frozen while the world is stopped, racy otherwise.</summary>
    internal nint ArenaUsed => _pages.ArenaUsed;

    /// <summary>The bits of each word.</summary>
    internal Bitmap<TSync> Bitmap { get; }

    /// <summary>Which objects have a finalizer.</summary>
    internal FinalizerRecords<TSync> FinalizerRecords { get; }

    /// <summary>The finalizers that are to be run.</summary>
    internal FinalizerQueue<TSync> FinalizerQueue { get; }

    /// <summary>How many spans there are; while the world is stopped.</summary>
    internal int SpanCount => _pages.SpanCount;

    /// <summary>How many thread caches there are; constant while the world is stopped.</summary>
    internal int CacheCount => _caches.Count;

    /// <summary>
    /// Bytes of objects that are allocated or in a thread cache. Counted when a cache is filled, so that it never lags
    /// behind (golang/go#12199). Racy. The seed's <c>heap_alloc</c>.
    /// </summary>
    internal long AllocatedBytes => TSync.RacyRead(&_state->Allocated);

    /// <summary>
    /// Whether the heap has grown enough for a collection. Racy on both words: at worst a collection starts an
    /// allocation later, and whoever starts one looks again when it has the right to.
    /// </summary>
    internal bool TriggerReached => TSync.RacyRead(&_state->Allocated) >= TSync.RacyRead(&_state->Trigger);

    /// <summary>
    /// How much the heap may grow between collections, in percent; negative turns them off. Goroutines that run read
    /// it; it is set while the world is stopped, and counts from the next <see cref="SetTrigger"/>. The seed's
    /// <c>gcpercent</c>.
    /// </summary>
    internal int GcPercent
    {
        get => TSync.Read(&_state->GcPercent);
        set => TSync.Write(&_state->GcPercent, value);
    }

    /// <summary>Objects ever allocated, as merged; while the world is stopped. The seed's <c>nmalloc</c>.</summary>
    internal long Mallocs => TSync.Read(&_state->Mallocs);

    /// <summary>Objects ever swept, as merged; while the world is stopped. The seed's <c>nfree</c>.</summary>
    internal long Frees => TSync.Read(&_state->Frees);

    /// <summary>Objects that are allocated or in a thread cache, as merged; while the world is stopped.</summary>
    internal long AllocatedObjects => Mallocs - Frees;

    /// <summary>A span by its index; while the world is stopped.</summary>
    internal Span* SpanAt(int index) => _pages.SpanAt(index);

    /// <summary>An empty cache, which the heap flushes and frees; before any is used, or while the world is stopped.</summary>
    internal ThreadCache* CreateCache()
    {
        ThreadCache* cache = TSync.Allocate<ThreadCache>(1, "mcache");
        TSync.Write(&cache->Free, TSync.Allocate<nint>((nuint)_classes.Count, "mcache.free"));
        TSync.Write(&cache->FreesBySize, TSync.Allocate<long>((nuint)_classes.Count, "mcache.frees"));
        _caches.Add((nint)cache);
        return cache;
    }

    /// <summary>Allocates a zeroed object; by the owner of the cache. The seed's <c>mallocgc</c>.</summary>
    /// <param name="cache">The cache of the caller's P.</param>
    /// <param name="bytes">How many bytes; 0 takes an object of the smallest class, so that each has its own address.</param>
    /// <param name="type">The type of its elements; null if it has none.</param>
    /// <param name="kind">How the collector looks at it.</param>
    /// <returns>Its address, or 0 if there is no room.</returns>
    internal nint TryAllocate(ThreadCache* cache, nuint bytes, TypeInfo* type, AllocationKind kind)
    {
        bool scan = kind == AllocationKind.Conservative
            || (kind == AllocationKind.Typed && TSync.Read(&type->HasPointers));
        nuint size = Math.Max(bytes, 1);
        nint address = size <= (nuint)_classes.MaxSmallSize
            ? AllocateSmall(cache, _classes.ClassOf(size))
            : AllocateLarge(cache, size);
        if (address != 0 && scan)
        {
            Span* span = _pages.FindKnown(address);
            SpanTypes<TSync>.Set(span, address, type, _options.TypesPerByteTable);
            Bitmap.SetScan(address);
        }

        return address;
    }

    /// <summary>The span in use around an address, or null. Any thread, at any time.</summary>
    internal Span* FindSpan(nint address) => _pages.Find(address);

    /// <summary>
    /// The object, allocated or not, that an address lies in. Any thread, at any time; it does not look at the bitmap.
    /// The seed's <c>mlookup</c>.
    /// </summary>
    /// <returns>Whether there is one: not behind a span's last object.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFindObject(nint address, out nint start, out Span* span)
    {
        span = _pages.Find(address);
        start = 0;
        if (span == null)
        {
            return false;
        }

        // Racy for a stale pointer's sake: it may find the start of a free page, with nothing allocated there.
        nuint elementSize = TSync.RacyRead(&span->ElementSize);
        nint first = TSync.RacyRead(&span->Start);
        start = first + (nint)((nuint)(address - first) / elementSize * elementSize);
        return true;
    }

    /// <summary>
    /// Whether some bytes lie in the object around an address that the caller knows is allocated and stays so.
    /// </summary>
    internal bool IsWithinObject(nint known, nint address, int bytes)
    {
        Span* span = _pages.FindKnown(known);
        if (span == null)
        {
            return false;
        }

        nint first = TSync.Read(&span->Start);
        nint offset = known - first;
        nint elementSize = (nint)TSync.Read(&span->ElementSize);
        if (offset < 0 || known >= TSync.Read(&span->Limit))
        {
            return false;
        }

        nint start = first + (nint)((nuint)offset / (nuint)elementSize * (nuint)elementSize);
        return address >= start && address + bytes <= start + elementSize;
    }

    /// <summary>The type of an object that may hold pointers; null if it is conservative. While the world is stopped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TypeInfo* TypeOf(Span* span, nint start) => SpanTypes<TSync>.Get(span, start);

    /// <summary>
    /// Gives the free objects of all caches back; by one worker while the world is stopped, also while others mark. The
    /// seed's <c>flushallmcaches</c>.
    /// </summary>
    internal void FlushAllCaches()
    {
        for (int i = 0; i < CacheCount; i++)
        {
            FlushCache(i);
        }
    }

    /// <summary>Gives the free objects of one of the caches back; while the world is stopped.</summary>
    internal void FlushCache(int index) => FlushCache((ThreadCache*)_caches[index]);

    /// <summary>Adds the caches' counts up; while the world is stopped and nobody sweeps. The seed's <c>cachestats</c>.</summary>
    internal void MergeCacheStatistics()
    {
        foreach (nint address in _caches)
        {
            var cache = (ThreadCache*)address;
            Move(&cache->Mallocs, &_state->Mallocs);
            Move(&cache->MallocBytes, &_state->MallocBytes);
            Move(&cache->Frees, &_state->Frees);
        }
    }

    /// <summary>
    /// Sets how far the heap may grow before the next collection, to <see cref="WorldOptions.FirstTriggerBytes"/> at
    /// least, so that a small heap does not collect all the time; after one, while the world is stopped. The seed's
    /// <c>next_gc</c>.
    /// </summary>
    internal void SetTrigger()
    {
        int percent = GcPercent;
        long trigger = percent < 0
            ? long.MaxValue
            : TriggerAfter(AllocatedBytes, percent, _options.FirstTriggerBytes);
        TSync.RacyWrite(&_state->Trigger, trigger);
    }

    /// <summary>The heap size at which the next collection starts, if so many bytes survived the last one.</summary>
    internal static long TriggerAfter(long allocated, int percent, long least)
    {
        Int128 grown = allocated + ((Int128)allocated * percent / 100);
        return (long)Int128.Clamp(grown, least, long.MaxValue);
    }

    /// <summary>Reads the statistics, after flushing the caches; while the world is stopped. The seed's <c>updatememstats</c>.</summary>
    internal HeapStatistics ReadStatistics()
    {
        FlushAllCaches();
        MergeCacheStatistics();
        long inUse = (long)_pages.PagesInUse << _pageShift;
        return new HeapStatistics(
            AllocatedBytes,
            AllocatedObjects,
            TSync.Read(&_state->MallocBytes),
            Mallocs,
            Frees,
            inUse,
            ArenaUsed - ArenaStart - inUse,
            TSync.RacyRead(&_state->Trigger));
    }

    /// <summary>
    /// Counts the objects of each size, after flushing the caches; while the world is stopped. The seed's
    /// <c>BySize</c>.
    /// </summary>
    internal IReadOnlyList<SizeStatistics> ReadSizes()
    {
        FlushAllCaches();
        long[] allocated = new long[_classes.Count];
        for (int i = 0; i < SpanCount; i++)
        {
            Span* span = SpanAt(i);
            if (TSync.Read(&span->State) == SpanState.InUse)
            {
                allocated[TSync.Read(&span->SizeClass)] += TSync.Read(&span->References);
            }
        }

        var sizes = new SizeStatistics[_classes.Count];
        for (int sizeClass = 0; sizeClass < sizes.Length; sizeClass++)
        {
            long frees = 0;
            foreach (nint cache in _caches)
            {
                frees += TSync.Read(TSync.Read(&((ThreadCache*)cache)->FreesBySize) + sizeClass);
            }

            int size = sizeClass == 0 ? 0 : _classes.SizeOf(sizeClass);
            sizes[sizeClass] = new SizeStatistics(size, allocated[sizeClass] + frees, frees);
        }

        return sizes;
    }

    /// <summary>Bytes of descriptions of spans; while the world is stopped. The seed's <c>MSpanSys</c>.</summary>
    internal long SpanBytes => SpanCount * (long)(sizeof(Span) + sizeof(Span*));

    /// <summary>Bytes of the thread caches. The seed's <c>MCacheSys</c>.</summary>
    internal long CacheBytes => _caches.Count * (sizeof(ThreadCache) + (2L * _classes.Count * sizeof(nint)));

    /// <summary>
    /// Bytes of bitmap, page table and types of objects, as far as the arena was used; while the world is stopped. Part
    /// of the seed's <c>GCSys</c>.
    /// </summary>
    internal long MetadataBytes
    {
        get
        {
            long types = 0;
            for (int i = 0; i < SpanCount; i++)
            {
                types += SpanTypes<TSync>.TableBytes(SpanAt(i), _options.TypesPerByteTable);
            }

            long used = ArenaUsed - ArenaStart;
            return types + Bitmap<TSync>.BytesFor(used) + ((used >> _pageShift) * sizeof(Span*));
        }
    }

    /// <summary>
    /// Checks the invariants of pages, lists, bits and counts; while the world is stopped, after a sweep (the caches
    /// are empty then, and nothing is marked).
    /// </summary>
    /// <exception cref="CorruptionException">One does not hold.</exception>
    internal void CheckInvariants()
    {
        _pages.CheckInvariants();
        MergeCacheStatistics();
        long objects = 0;
        long bytes = 0;
        int listed = 0;
        for (int sizeClass = 1; sizeClass < _central.Length; sizeClass++)
        {
            (long allocated, int spans) = _central[sizeClass].CheckInvariants();
            objects += allocated;
            bytes += allocated * _classes.SizeOf(sizeClass);
            listed += spans;
        }

        for (int i = 0; i < SpanCount; i++)
        {
            Span* span = SpanAt(i);
            if (TSync.Read(&span->State) != SpanState.InUse)
            {
                continue;
            }

            CheckBits(span);
            if (TSync.Read(&span->SizeClass) != 0)
            {
                listed--;
            }
            else
            {
                objects++;
                bytes += (long)TSync.RacyRead(&span->ElementSize);
            }
        }

        if (listed != 0)
        {
            throw new CorruptionException($"the lists of the size classes have {listed} more spans than are in use");
        }

        long counted = AllocatedObjects;
        if (bytes != AllocatedBytes || objects != counted)
        {
            throw new CorruptionException(
                $"the heap holds {objects} objects of {bytes} bytes, {counted} of {AllocatedBytes} are counted: mstats skew");
        }
    }

    /// <summary>Gives an object of a large span back; by its sweeper.</summary>
    internal void FreeLarge(Span* span)
    {
        Subtract((long)TSync.RacyRead(&span->ElementSize));
        TSync.Write(&span->References, 0);
        _pages.Free(span);
    }

    /// <summary>Gives swept objects of a small span back; by its sweeper.</summary>
    internal void FreeSmall(Span* span, nint first, nint last, int count)
    {
        Subtract(count * (long)TSync.RacyRead(&span->ElementSize));
        _central[TSync.Read(&span->SizeClass)].PutSwept(span, first, last, count);
    }

    /// <summary>Visits the lists of free objects that the caches hold; while nobody changes one.</summary>
    /// <param name="visit">Is given the first object of each list, or 0.</param>
    internal void VisitCachedLists(Action<nint> visit)
    {
        foreach (nint cache in _caches)
        {
            nint* lists = TSync.Read(&((ThreadCache*)cache)->Free);
            for (int sizeClass = 1; sizeClass < _classes.Count; sizeClass++)
            {
                visit(TSync.Read(lists + sizeClass));
            }
        }
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        foreach (nint address in _caches)
        {
            var cache = (ThreadCache*)address;
            TSync.Free(TSync.Read(&cache->FreesBySize));
            TSync.Free(TSync.Read(&cache->Free));
            TSync.Free(cache);
        }

        for (int sizeClass = 1; sizeClass < _central.Length; sizeClass++)
        {
            _central[sizeClass].Dispose();
        }

        _pages.Dispose();
        FinalizerQueue.Dispose();
        FinalizerRecords.Dispose();
        Bitmap.Dispose();
        TSync.Free(_state);
        TSync.Free(_block);
    }

    private static void Move(long* from, long* to)
    {
        TSync.Write(to, TSync.Read(to) + TSync.Read(from));
        TSync.Write(from, 0);
    }

    private static void Count(ThreadCache* cache, long bytes)
    {
        TSync.Write(&cache->Mallocs, TSync.Read(&cache->Mallocs) + 1);
        TSync.Write(&cache->MallocBytes, TSync.Read(&cache->MallocBytes) + bytes);
    }

    private void CheckBits(Span* span)
    {
        nint limit = TSync.RacyRead(&span->Limit);
        nint elementSize = (nint)TSync.RacyRead(&span->ElementSize);
        for (nint address = TSync.RacyRead(&span->Start); address < limit; address += elementSize)
        {
            if (!Bitmap.IsAllocated(address) || Bitmap.IsMarked(address))
            {
                throw new CorruptionException(
                    $"object 0x{address:x} of span {TSync.Read(&span->Index)} is not allocated or is still marked");
            }
        }
    }

    private nint AllocateSmall(ThreadCache* cache, int sizeClass)
    {
        nint* list = TSync.Read(&cache->Free) + sizeClass;
        nint address = TSync.Read(list);
        if (address == 0)
        {
            address = _central[sizeClass].TakeList(out int count);
            if (address == 0)
            {
                return 0;
            }

            TSync.Add(&_state->Allocated, (long)count * _classes.SizeOf(sizeClass));
        }

        var words = (nint*)address;
        TSync.Write(list, TSync.Read(words));
        int bytes = _classes.SizeOf(sizeClass);
        if (bytes > WordBytes && TSync.Read(words + 1) != 0)
        {
            TSync.Zero(words, (nuint)bytes);
        }
        else
        {
            TSync.Write(words, 0);
        }

        Count(cache, bytes);
        return address;
    }

    private nint AllocateLarge(ThreadCache* cache, nuint size)
    {
        if (size > (nuint)(ArenaEnd - ArenaStart))
        {
            return 0;
        }

        nint pages = (nint)((size + (nuint)_options.PageBytes - 1) >> _pageShift);
        nuint bytes = (nuint)pages << _pageShift;
        Span* span = _pages.Allocate(pages, 0, bytes);
        if (span == null)
        {
            return 0;
        }

        TSync.Write(&span->References, 1);
        TSync.Add(&_state->Allocated, (long)bytes);
        Count(cache, (long)bytes);
        return TSync.Read(&span->Start);
    }

    /// <summary>Gives the free objects of a cache back; while the world is stopped. The seed's <c>MCache_ReleaseAll</c>.</summary>
    internal void FlushCache(ThreadCache* cache)
    {
        for (int sizeClass = 1; sizeClass < _central.Length; sizeClass++)
        {
            nint* list = TSync.Read(&cache->Free) + sizeClass;
            nint first = TSync.Read(list);
            if (first != 0)
            {
                TSync.Write(list, 0);
                Subtract(_central[sizeClass].PutList(first) * (long)_classes.SizeOf(sizeClass));
            }
        }
    }

    private void Subtract(long bytes) => TSync.Add(&_state->Allocated, -bytes);

    /// <summary>The counts that everybody shares.</summary>
    private struct State
    {
        /// <summary>Bytes allocated or in caches. Always accessed atomically.</summary>
        internal long Allocated;

        /// <summary>Bytes at which a collection is due: written while the world is stopped, read at any time. Racy.</summary>
        internal long Trigger;

        /// <summary>Objects ever allocated, as merged; while the world is stopped.</summary>
        internal long Mallocs;

        /// <summary>Their bytes; while the world is stopped.</summary>
        internal long MallocBytes;

        /// <summary>Objects ever swept, as merged; while the world is stopped.</summary>
        internal long Frees;

        /// <summary>How far the heap may grow, in percent: written while the world is stopped, read by goroutines.</summary>
        internal int GcPercent;
    }
}
