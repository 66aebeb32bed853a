namespace Testbed.Collector;

/// <summary>
/// Is asked before the world takes more memory, under the lock of what grows: for limits, logs and tests. Its members
/// must not use the world. An exception that leaves one is fatal, as if there was no memory to be had: it is dumped
/// and fails the world.
/// </summary>
public abstract class GrowthObserver
{
    /// <summary>The array of all goroutines is about to be replaced by a larger one. By the goroutine that starts another.</summary>
    /// <param name="capacity">How many goroutines it will have room for.</param>
    public virtual void GoroutinesGrow(long capacity)
    {
    }

    /// <summary>The heap is about to take more of its arena. By a goroutine that allocates.</summary>
    /// <param name="bytes">How much more.</param>
    public virtual void HeapGrows(long bytes)
    {
    }
}
