namespace Testbed.Collector;

/// <summary>A finalizer that waits to run, or runs. The seed's <c>Finalizer</c>.</summary>
internal unsafe struct QueuedFinalizer
{
    /// <summary>The object. The seed's <c>arg</c>.</summary>
    internal nint Target;

    /// <summary>What is called.</summary>
    internal FinalizerFunction* Function;

    /// <summary>What it needs.</summary>
    internal FinalizerRoots Roots;
}

/// <summary>
/// Finalizers that wait to run: this header, then room for <see cref="WorldOptions.FinalizersPerBlock"/> of them. On
/// the queue, in the hands of the goroutine that runs finalizers, or free. The seed's <c>FinBlock</c>.
/// </summary>
/// <remarks>
/// Filled by sweepers under the queue's lock; emptied by the goroutine that took it off the queue, which is then the
/// only one to touch it. The collector scans all blocks while the world is stopped.
/// </remarks>
internal unsafe struct FinalizerBlock
{
    /// <summary>The block that was made before; constant. The seed's <c>alllink</c>.</summary>
    internal FinalizerBlock* AllLink;

    /// <summary>The next on the queue or among the free ones.</summary>
    internal FinalizerBlock* Next;

    /// <summary>How many finalizers there are. The seed's <c>cnt</c>.</summary>
    internal int Count;

    /// <summary>Keeps the finalizers aligned.</summary>
    internal int Reserved;

    /// <summary>Where finalizer <paramref name="index"/> is.</summary>
    internal static QueuedFinalizer* ItemOf(FinalizerBlock* block, int index)
        => (QueuedFinalizer*)(block + 1) + index;
}
