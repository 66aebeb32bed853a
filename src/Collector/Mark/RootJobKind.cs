namespace Testbed.Collector;

/// <summary>The kinds of roots, in the order of their jobs. The seed's <c>RootData</c> to <c>RootCount</c>.</summary>
public enum RootJobKind
{
    /// <summary>The globals with initial values, by words.</summary>
    Data,

    /// <summary>The other globals, by words.</summary>
    Bss,

    /// <summary>The queue of finalizers that are to run: one root.</summary>
    Finalizers,

    /// <summary>What spans refer to, by spans: the finalizers of their objects.</summary>
    SpanTypes,

    /// <summary>No root, but work that must end before anything is swept: the thread caches, each of which is flushed.</summary>
    FlushCaches,

    /// <summary>The stacks, by goroutines.</summary>
    Goroutines,
}
