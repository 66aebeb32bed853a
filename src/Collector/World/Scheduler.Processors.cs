namespace Testbed.Collector;

/// <content>How many Ps there are. The seed's <c>procresize</c>.</content>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>
    /// How many Ps there are. It changes while the world is stopped: who is on a P, or has the lock and sees that no
    /// stop is asked for, may read it plainly; a thread that crashes reads it whenever it likes.
    /// </summary>
    private int ProcessorCount => TSync.Read(&_state->ProcessorCount);

    /// <summary>Stops the world and starts it with another number of Ps, for the goroutine that the M runs.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    internal int SetProcessors(M* m, int count)
        => WhileStopped(m, () =>
        {
            int old = ProcessorCount;
            if (count != old)
            {
                Resize(m, old, count);
            }

            return old;
        });

    /// <summary>Makes or revives Ps, or retires them; the M stopped the world. A P is never freed before the world.</summary>
    private void Resize(M* m, int old, int count)
    {
        GatherRunnable(old);
        for (int i = count; i < old; i++)
        {
            P* p = _processors[i];
            _world.Heap.FlushCache(TSync.Read(&p->Cache));
            _freeGoroutines.PutAll(p);
            TSync.VolatileWrite(&p->Status, ProcessorStatus.Dead);
        }

        for (int i = old; i < count; i++)
        {
            if (_processors[i] == null)
            {
                _processors[i] = CreateProcessor(i);
            }

            TSync.VolatileWrite(&_processors[i]->Status, ProcessorStatus.GcStop);
        }

        TSync.VolatileWrite(&_state->ProcessorCount, count);
        if (TSync.Read(&TSync.Read(&m->Processor)->Id) >= count)
        {
            TSync.Write(&m->Processor, _processors[0]);
        }
    }

    /// <summary>
    /// Moves the goroutines of all queues to the front of the queue for all: a turn of each P's last, until none is left,
    /// so that each P's keep their order and no P's come first (golang/go#7126). The world is stopped.
    /// </summary>
    private void GatherRunnable(int processors)
    {
        TSync.Enter(_lock);
        bool found = true;
        while (found)
        {
            found = false;
            for (int i = 0; i < processors; i++)
            {
                G* g = _runQueues.TakeLastAtRest(_processors[i]);
                if (g != null)
                {
                    PutRunnableFirst(g);
                    found = true;
                }
            }
        }

        TSync.Exit(_lock);
    }

    /// <summary>A P that nobody else knows yet.</summary>
    private P* CreateProcessor(int id)
    {
        P* p = TSync.Allocate<P>(1, "p");
        TSync.Write(&p->Id, id);
        TSync.Write(&p->Cache, _world.Heap.CreateCache());
        _runQueues.Create(p);
        return p;
    }
}
