namespace Testbed.Collector;

/// <summary>The state of a world at one moment at which it was stopped. The seed's <c>MemStats</c>.</summary>
/// <param name="Heap">The heap's own numbers.</param>
/// <param name="Collections">How many collections there have been. The seed's <c>NumGC</c>.</param>
/// <param name="PauseNanoseconds">How long they took together. The seed's <c>PauseTotalNs</c>.</param>
/// <param name="Goroutines">How many goroutines there are that have not ended.</param>
public readonly record struct WorldStatistics(
    HeapStatistics Heap,
    long Collections,
    long PauseNanoseconds,
    long Goroutines);
