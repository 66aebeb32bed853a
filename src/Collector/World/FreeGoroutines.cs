using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Dead goroutines to be used again: a list for each P, and one for all. The seed's <c>gfput</c>, <c>gfget</c>,
/// <c>gfree</c> and <c>gflock</c>.
/// </summary>
/// <remarks>
/// A P's list needs no lock: it is the owner's, and what hands the P over (the scheduler's lock, or the swap of its
/// status) hands the list over. Only the list for all has one, a leaf, taken once for many goroutines. A caller without
/// a P, such as the one of <c>Run</c>, uses the list for all.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class FreeGoroutines<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly int _length;
    private readonly int _refill;
    private readonly Mutex _lock;
    private readonly State* _state;

    /// <param name="length">With so many on its list, a P gives to all, until it has fewer than half; it takes as many.</param>
    internal FreeGoroutines(int length)
    {
        _length = length;
        _refill = length / 2;
        _lock = TSync.CreateMutex("gflock");
        _state = TSync.Allocate<State>(1, "gfree");
    }

    /// <summary>Frees the lists' own memory; the goroutines are the world's.</summary>
    public void Dispose()
    {
        TSync.Free(_state);
        TSync.Destroy(_lock);
    }

    /// <summary>Keeps a dead goroutine that is on no list; by the owner of the P, which is null for a caller without one.</summary>
    internal void Put(P* p, G* g)
    {
        if (p == null)
        {
            TSync.Enter(_lock);
            PutShared(g);
            TSync.Exit(_lock);
            return;
        }

        PutLocal(p, g);
        if (TSync.Read(&p->FreeGoroutineCount) >= _length)
        {
            TSync.Enter(_lock);
            while (TSync.Read(&p->FreeGoroutineCount) >= _refill)
            {
                PutShared(TakeLocal(p));
            }

            TSync.Exit(_lock);
        }
    }

    /// <summary>Gives all that a P has to the list for all; while the world is stopped. The seed's <c>gfpurge</c>.</summary>
    internal void PutAll(P* p)
    {
        for (G* g; (g = TakeLocal(p)) != null;)
        {
            // Under the lock: the monitor may take one.
            Put(null, g);
        }
    }

    /// <summary>A dead goroutine off its list, or null; by the owner of the P, which is null for a caller without one.</summary>
    internal G* Take(P* p)
    {
        G* g = p == null ? null : TakeLocal(p);

        // Racy: a goroutine that is put there right after this look is missed, and a new one made instead.
        if (g != null || TSync.RacyRead(&_state->First) == null)
        {
            return g;
        }

        TSync.Enter(_lock);
        g = TakeShared();
        while (p != null && TSync.Read(&p->FreeGoroutineCount) < _refill && TakeShared() is var more && more != null)
        {
            PutLocal(p, more);
        }

        TSync.Exit(_lock);
        return g;
    }

    private static void PutLocal(P* p, G* g)
    {
        TSync.Write(&g->ScheduleLink, TSync.Read(&p->FreeGoroutines));
        TSync.Write(&p->FreeGoroutines, g);
        TSync.Write(&p->FreeGoroutineCount, TSync.Read(&p->FreeGoroutineCount) + 1);
    }

    private static G* TakeLocal(P* p)
    {
        G* g = TSync.Read(&p->FreeGoroutines);
        if (g != null)
        {
            TSync.Write(&p->FreeGoroutines, TSync.Read(&g->ScheduleLink));
            TSync.Write(&p->FreeGoroutineCount, TSync.Read(&p->FreeGoroutineCount) - 1);
        }

        return g;
    }

    private void PutShared(G* g)
    {
        TSync.Write(&g->ScheduleLink, TSync.Read(&_state->First));
        TSync.RacyWrite(&_state->First, g);
    }

    private G* TakeShared()
    {
        G* g = TSync.Read(&_state->First);
        if (g != null)
        {
            TSync.RacyWrite(&_state->First, TSync.Read(&g->ScheduleLink));
        }

        return g;
    }

    /// <summary>The word that everybody shares.</summary>
    private struct State
    {
        /// <summary>The list for all. Under the lock, racy: <see cref="Take"/> looks at it without.</summary>
        internal G* First;
    }
}
