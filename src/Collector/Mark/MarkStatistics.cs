namespace Testbed.Collector;

/// <summary>What a collection has marked.</summary>
/// <param name="Objects">How many objects.</param>
/// <param name="Bytes">How many bytes they take, each rounded up to its size class.</param>
internal readonly record struct MarkStatistics(long Objects, long Bytes);
