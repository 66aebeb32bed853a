namespace Testbed.Collector;

/// <summary>The heap at one moment at which the world was stopped, in bytes and counts.</summary>
/// <param name="Allocated">Bytes of objects that are allocated. The seed's <c>HeapAlloc</c>.</param>
/// <param name="Objects">How many they are. The seed's <c>HeapObjects</c>.</param>
/// <param name="TotalAllocated">Bytes of all objects ever allocated. The seed's <c>TotalAlloc</c>.</param>
/// <param name="Mallocs">How many they were. The seed's <c>Mallocs</c>.</param>
/// <param name="Frees">How many were freed. The seed's <c>Frees</c>.</param>
/// <param name="InUse">Bytes of pages that hold objects. The seed's <c>HeapInuse</c>.</param>
/// <param name="Idle">Bytes of pages that hold none any more. The seed's <c>HeapIdle</c>.</param>
/// <param name="NextTrigger">At how many allocated bytes the next collection starts. The seed's <c>NextGC</c>.</param>
public readonly record struct HeapStatistics(
    long Allocated,
    long Objects,
    long TotalAllocated,
    long Mallocs,
    long Frees,
    long InUse,
    long Idle,
    long NextTrigger)
{
    /// <summary>Bytes of the arena that were ever used. The seed's <c>HeapSys</c>.</summary>
    public long System => InUse + Idle;
}
