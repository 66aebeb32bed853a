namespace Testbed.Collector;

/// <summary>
/// Is told of each phase of a collection. Every member may be called by any thread that takes part; an exception that
/// leaves one ends the world.
/// </summary>
public abstract class CollectionObserver
{
    /// <summary>The world has stopped; nothing is marked yet. One call a collection, by the thread that collects.</summary>
    public virtual void WorldStopped()
    {
    }

    /// <summary>A root job starts. By the worker that runs it, concurrently with other jobs.</summary>
    /// <param name="job">0 to 4 for the special roots in the order of <c>RootJob</c>, 5 + i for goroutine i.</param>
    public virtual void RootJobStarted(long job)
    {
    }

    /// <summary>A worker has seen the end of marking and goes on to sweep. One call a worker and collection.</summary>
    public virtual void MarkEnded()
    {
    }

    /// <summary>A span is about to be swept. By the worker that sweeps it, concurrently with other spans.</summary>
    /// <param name="span">The index among all spans.</param>
    public virtual void SweepStarted(int span)
    {
    }

    /// <summary>Everything is swept, the world still stopped. One call a collection, by the thread that collects.</summary>
    public virtual void CollectionEnded()
    {
    }
}
