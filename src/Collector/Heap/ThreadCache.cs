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

    /// <summary>How many objects were swept on it since. The seed's <c>local_nsmallfree</c> and <c>local_nlargefree</c>.</summary>
    internal long Frees;

    /// <summary>Their bytes.</summary>
    internal long FreeBytes;
}
