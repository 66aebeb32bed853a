namespace Testbed.Collector;

/// <summary>Free objects and counts of a P, in memory of the seam. The seed's <c>MCache</c>.</summary>
internal unsafe struct ThreadCache
{
    /// <summary>Its number; constant.</summary>
    internal int Id;
}
