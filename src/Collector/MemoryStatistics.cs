namespace Testbed.Collector;

/// <summary>
/// All that there is to know of a world's memory at one moment at which it was stopped. The seed's <c>MemStats</c>.
/// </summary>
public sealed record MemoryStatistics
{
    /// <summary>The heap's own numbers.</summary>
    public required HeapStatistics Heap { get; init; }

    /// <summary>The objects of each size class, the smallest first; entry 0 is for large ones. The seed's <c>BySize</c>.</summary>
    public required IReadOnlyList<SizeStatistics> BySize { get; init; }

    /// <summary>What the memory is for. The seed's <c>HeapSys</c>, <c>StackSys</c> and so on.</summary>
    public required SystemBytes System { get; init; }

    /// <summary>How many collections there have been. The seed's <c>NumGC</c>.</summary>
    public required long Collections { get; init; }

    /// <summary>When the last one ended, in nanoseconds of the engine's clock; 0 if there was none. The seed's <c>LastGC</c>.</summary>
    public required long LastCollection { get; init; }

    /// <summary>How long they took together, in nanoseconds. The seed's <c>PauseTotalNs</c>.</summary>
    public required long PauseNanoseconds { get; init; }

    /// <summary>
    /// How long each of the last <see cref="WorldOptions.PauseHistoryLength"/> took, in nanoseconds, newest first. The
    /// seed's <c>PauseNs</c> as <c>debug.ReadGCStats</c> reads it.
    /// </summary>
    public required IReadOnlyList<long> Pauses { get; init; }

    /// <summary>How much the heap may grow between collections, in percent; -1 if they are off.</summary>
    public required int GcPercent { get; init; }

    /// <summary>Whether the heap is collected when it has grown enough. The seed's <c>EnableGC</c>.</summary>
    public bool CollectionEnabled => GcPercent >= 0;
}
