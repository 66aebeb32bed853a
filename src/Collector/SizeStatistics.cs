namespace Testbed.Collector;

/// <summary>The objects of a size class. An element of the seed's <c>BySize</c>.</summary>
/// <param name="Size">The bytes of an object; 0 for large objects, which have sizes of their own.</param>
/// <param name="Mallocs">How many were ever allocated.</param>
/// <param name="Frees">How many were freed.</param>
public readonly record struct SizeStatistics(int Size, long Mallocs, long Frees);
