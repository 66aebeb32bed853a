using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Which objects have a finalizer. The seed's <c>addfinalizer</c>, <c>removefinalizer</c>, <c>addspecial</c> and
/// <c>removespecial</c>.
/// </summary>
/// <remarks>
/// <para>
/// Invariants: a span's list is sorted by address and has an object at most once; only a span in use has one, since an
/// object with a finalizer is freed only after the sweep has taken the finalizer off.
/// </para>
/// <para>
/// Mutators change a list under its span's lock, which is made when the span first needs it: most never do. While the
/// world is stopped nobody holds such a lock, and the workers of a collection read, the sweeper of the span changes the
/// list without it.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class FinalizerRecords<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>The seed's <c>speciallock</c>.</summary>
    private readonly Mutex _lock = TSync.CreateMutex("speciallock");
    private readonly FixedAllocator<TSync> _records;
    private readonly long* _count = TSync.Allocate<long>(1, "finalizer.count");

    internal FinalizerRecords(WorldOptions options)
        => _records = new FixedAllocator<TSync>("special", sizeof(FinalizerRecord), options.FixedChunkBytes);

    /// <summary>Whether any object has a finalizer; while the world is stopped.</summary>
    internal bool Any => TSync.Read(_count) != 0;

    /// <summary>Gives an object a finalizer; by a goroutine that reaches it and passes no safepoint meanwhile.</summary>
    /// <param name="span">The object's span.</param>
    /// <param name="target">Where it starts.</param>
    /// <param name="function">What to call.</param>
    /// <param name="closure">What to give along: an object of the heap, or 0.</param>
    /// <param name="type">The type of the object; null if it has none with pointers.</param>
    /// <returns>False if it has one already.</returns>
    internal bool TryAdd(Span* span, nint target, FinalizerFunction* function, nint closure, TypeInfo* type)
    {
        TSync.Enter(_lock);
        var record = (FinalizerRecord*)_records.Take();
        TSync.Write(_count, TSync.Read(_count) + 1);
        Mutex spanLock = TSync.Read(&span->FinalizerLock);
        if (spanLock.Handle == 0)
        {
            spanLock = TSync.CreateMutex($"span[{TSync.Read(&span->Index)}].specials");
            TSync.Write(&span->FinalizerLock, spanLock);
        }

        TSync.Exit(_lock);
        TSync.Write(&record->Target, target);
        TSync.Write(&record->Function, function);
        TSync.Write(&record->Roots.Closure, closure);
        TSync.Write(&record->Roots.Parameter, TSync.Read(&function->Parameter));
        TSync.Write(&record->Roots.ObjectType, type);
        TSync.Enter(spanLock);
        FinalizerRecord** link = FindLink(span, target, out bool exists);
        if (!exists)
        {
            TSync.Write(&record->Next, TSync.Read(link));
            TSync.Write(link, record);
        }

        TSync.Exit(spanLock);
        if (exists)
        {
            Give(record);
        }

        return !exists;
    }

    /// <summary>Takes an object's finalizer away; as <see cref="TryAdd"/>.</summary>
    /// <returns>False if it has none.</returns>
    internal bool TryRemove(Span* span, nint target)
    {
        TSync.Enter(_lock);
        Mutex spanLock = TSync.Read(&span->FinalizerLock);
        TSync.Exit(_lock);
        if (spanLock.Handle == 0)
        {
            return false;
        }

        TSync.Enter(spanLock);
        FinalizerRecord** link = FindLink(span, target, out bool exists);
        FinalizerRecord* record = TSync.Read(link);
        if (exists)
        {
            TSync.Write(link, TSync.Read(&record->Next));
        }

        TSync.Exit(spanLock);
        if (exists)
        {
            Give(record);
        }

        return exists;
    }

    /// <summary>Takes back a record that is on no list. The seed's <c>freespecial</c>.</summary>
    internal void Give(FinalizerRecord* record)
    {
        TSync.Enter(_lock);
        _records.Give(record);
        TSync.Write(_count, TSync.Read(_count) - 1);
        TSync.Exit(_lock);
    }

    /// <summary>Frees all records; the lists are the spans'.</summary>
    public void Dispose()
    {
        _records.Dispose();
        TSync.Free(_count);
        TSync.Destroy(_lock);
    }

    /// <summary>The link to an object's record, or to the one that it would stand before; under the span's lock.</summary>
    private static FinalizerRecord** FindLink(Span* span, nint target, out bool exists)
    {
        FinalizerRecord** link = &span->Finalizers;
        FinalizerRecord* record;
        while ((record = TSync.Read(link)) != null && TSync.Read(&record->Target) < target)
        {
            link = &record->Next;
        }

        exists = record != null && TSync.Read(&record->Target) == target;
        return link;
    }
}
