using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>A pool, in memory of the seam: lists of references that are no roots.</summary>
internal unsafe struct Pool
{
    /// <summary>The pool that was made known before it; constant.</summary>
    internal Pool* Next;

    /// <summary>
    /// For each P, by its number, its own list: how many references, and then those. Null until it puts one there. Each
    /// list is the owner's of the P; while the world is stopped, the one's who empties it.
    /// </summary>
    internal nint* Local;

    /// <summary>The references that Ps had too many of; under <see cref="Lock"/>.</summary>
    internal nint* Shared;

    /// <summary>How many they are. Under <see cref="Lock"/>, racy: whoever has none looks at it without.</summary>
    internal int SharedCount;

    /// <summary>The lock of what all Ps share: a leaf.</summary>
    internal Mutex Lock;
}
