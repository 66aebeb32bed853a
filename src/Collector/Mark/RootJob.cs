namespace Testbed.Collector;

/// <summary>The special roots, one job each; goroutine i is job <see cref="Count"/> + i. The seed's <c>RootData</c> and so on.</summary>
internal enum RootJob
{
    /// <summary>The globals with initial values.</summary>
    Data = 0,

    /// <summary>The other globals.</summary>
    Bss = 1,

    /// <summary>Finalizers that are queued to run.</summary>
    Finalizers = 2,

    /// <summary>What spans refer to: their type tables and the finalizers of their objects.</summary>
    SpanTypes = 3,

    /// <summary>No root, but work that must end before anything is swept: the thread caches are flushed.</summary>
    FlushCaches = 4,

    /// <summary>How many special roots there are.</summary>
    Count = 5,
}
