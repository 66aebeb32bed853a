namespace Testbed.Collector;

/// <summary>
/// Is told of each phase of a collection. An exception that leaves <see cref="CollectionEnded"/> goes to whoever
/// asked for the collection, once the world runs again; one that leaves another member is as bad as a corruption: it
/// ends the collection, goes to whoever asked for it and fails the world, so that <c>Run</c> throws it, too.
/// </summary>
public abstract class CollectionObserver
{
    /// <summary>The world has stopped; nothing is marked yet. One call a collection, by the thread that collects.</summary>
    public virtual void WorldStopped()
    {
    }

    /// <summary>A root job starts. By the worker that runs it, concurrently with other jobs.</summary>
    /// <param name="job">Which; each root is in one.</param>
    public virtual void RootJobStarted(in RootJob job)
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
    /// <param name="summary">What the collection did.</param>
    public virtual void CollectionEnded(in CollectionSummary summary)
    {
    }
}
