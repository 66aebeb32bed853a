using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The pools of a world. Each P has a list of its own, and what is too much for it goes to one that all share. The seed's
/// <c>sync.Pool</c> and <c>clearpools</c>.
/// </summary>
/// <remarks>
/// A reference in a pool is no root. So pools are emptied after the world has stopped and before anything is swept: what
/// a pool gives out was put there since the last collection, and is intact.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class PoolTable<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly int _localLength;
    private readonly int _sharedLength;
    private readonly Mutex _lock = TSync.CreateMutex("pools");

    /// <summary>
    /// Leads to the newest pool. Written under the lock, volatile: threads that never stop may make pools known while
    /// others are emptied, and these are empty.
    /// </summary>
    private readonly Pool** _first = (Pool**)TSync.Allocate<nint>(1, "pools");

    internal PoolTable(WorldOptions options)
    {
        _localLength = options.PoolLocalLength;
        _sharedLength = options.PoolSharedLength;
    }

    /// <summary>Makes an empty pool. Any thread.</summary>
    internal PoolId Register()
    {
        Pool* pool = TSync.Allocate<Pool>(1, "pool");
        TSync.Write(&pool->Local, TSync.Allocate<nint>(WorldOptions.MaxProcessors, "pool.local"));
        TSync.Write(&pool->Shared, TSync.Allocate<nint>((nuint)_sharedLength, "pool.shared"));
        TSync.Write(&pool->Lock, TSync.CreateMutex("pool"));
        TSync.Enter(_lock);
        TSync.Write(&pool->Next, TSync.Read(_first));
        TSync.VolatileWrite(_first, pool);
        TSync.Exit(_lock);
        return new PoolId(pool, this);
    }

    /// <summary>Takes a reference out of a pool; by the owner of the P.</summary>
    /// <returns>The one that the P has put there last, else one of those that all share, else 0.</returns>
    internal nint Take(P* p, Pool* pool)
    {
        var local = (nint*)TSync.Read(TSync.Read(&pool->Local) + TSync.Read(&p->Id));
        nint count = local == null ? 0 : TSync.Read(local);
        if (count > 0)
        {
            TSync.Write(local, count - 1);
            return TSync.Read(local + count);
        }

        // Racy: one that is put there right after this look is missed, which a pool may do at any time.
        return TSync.RacyRead(&pool->SharedCount) == 0 ? 0 : TakeShared(pool);
    }

    /// <summary>Puts a reference into a pool, unless there is no room; by the owner of the P.</summary>
    internal void Put(P* p, Pool* pool, nint reference)
    {
        var place = (nint**)(TSync.Read(&pool->Local) + TSync.Read(&p->Id));
        nint* local = TSync.Read(place);
        if (local == null)
        {
            local = TSync.Allocate<nint>((nuint)(1 + _localLength), "pool.list");
            TSync.Write(place, local);
        }

        if (TSync.Read(local) == _localLength)
        {
            Share(pool, local);
        }

        nint count = TSync.Read(local);
        if (count < _localLength)
        {
            TSync.Write(local + 1 + count, reference);
            TSync.Write(local, count + 1);
        }
    }

    /// <summary>Empties all pools; while the world is stopped, before the sweep. The seed's <c>clearpools</c>.</summary>
    internal void Clear()
    {
        for (Pool* pool = TSync.VolatileRead(_first); pool != null; pool = TSync.Read(&pool->Next))
        {
            TSync.RacyWrite(&pool->SharedCount, 0);
            for (int i = 0; i < WorldOptions.MaxProcessors; i++)
            {
                var local = (nint*)TSync.Read(TSync.Read(&pool->Local) + i);
                if (local != null)
                {
                    TSync.Write(local, 0);
                }
            }
        }
    }

    /// <summary>Frees all pools; nothing runs any more.</summary>
    public void Dispose()
    {
        for (Pool* pool = TSync.Read(_first); pool != null;)
        {
            Pool* next = TSync.Read(&pool->Next);
            for (int i = 0; i < WorldOptions.MaxProcessors; i++)
            {
                TSync.Free((void*)TSync.Read(TSync.Read(&pool->Local) + i));
            }

            TSync.Free(TSync.Read(&pool->Local));
            TSync.Free(TSync.Read(&pool->Shared));
            TSync.Destroy(TSync.Read(&pool->Lock));
            TSync.Free(pool);
            pool = next;
        }

        TSync.Free(_first);
        TSync.Destroy(_lock);
    }

    private static nint TakeShared(Pool* pool)
    {
        nint reference = 0;
        TSync.Enter(TSync.Read(&pool->Lock));
        int count = TSync.Read(&pool->SharedCount);
        if (count > 0)
        {
            reference = TSync.Read(TSync.Read(&pool->Shared) + count - 1);
            TSync.RacyWrite(&pool->SharedCount, count - 1);
        }

        TSync.Exit(TSync.Read(&pool->Lock));
        return reference;
    }

    /// <summary>Moves half of a P's references to where all find them, as far as there is room.</summary>
    private void Share(Pool* pool, nint* local)
    {
        nint* shared = TSync.Read(&pool->Shared);
        nint left = TSync.Read(local);
        TSync.Enter(TSync.Read(&pool->Lock));
        int count = TSync.Read(&pool->SharedCount);
        for (; left > _localLength / 2 && count < _sharedLength; left--, count++)
        {
            TSync.Write(shared + count, TSync.Read(local + left));
        }

        TSync.RacyWrite(&pool->SharedCount, count);
        TSync.Exit(TSync.Read(&pool->Lock));
        TSync.Write(local, left);
    }
}
