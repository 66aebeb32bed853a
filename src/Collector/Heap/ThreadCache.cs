namespace Testbed.Collector;

/// <summary>Free objects and counts of a P, in memory of the seam: its owner's. The seed's <c>MCache</c>.</summary>
/// <remarks>
/// While the world is stopped one worker flushes all caches, and each worker counts into one of its own.
/// </remarks>
internal unsafe struct ThreadCache
{
    /// <summary>For each size class the first free object, each leading to the next.</summary>
    internal nint* Free;

    /// <summary>How many objects were allocated on it since the counts were merged. The seed's <c>local_nmalloc</c>.</summary>
    internal long Mallocs;

    /// <summary>Their bytes.</summary>
    internal long MallocBytes;

    /// <summary>How many objects were swept on it since.</summary>
    internal long Frees;

    /// <summary>
    /// For each size class, 0 for large objects, how many were swept on it ever. The seed's <c>local_nsmallfree</c>.
    /// </summary>
    internal long* FreesBySize;
}
