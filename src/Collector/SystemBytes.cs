namespace Testbed.Collector;

/// <summary>What a world has memory for, in bytes. What tables hold beyond the used arena is address space and not counted.</summary>
/// <param name="Heap">The arena as far as it was ever used. The seed's <c>HeapSys</c>.</param>
/// <param name="Stacks">The goroutines' root frames, spare segments too. The seed's <c>StackSys</c>.</param>
/// <param name="Spans">Descriptions of spans. The seed's <c>MSpanSys</c>.</param>
/// <param name="Caches">Thread caches. The seed's <c>MCacheSys</c>.</param>
/// <param name="Collector">Bitmap, page table, types of objects, work buffers, gathered roots. The seed's <c>GCSys</c>.</param>
/// <param name="Other">Goroutines, their array, Ms and Ps. The seed's <c>OtherSys</c>.</param>
public readonly record struct SystemBytes(
    long Heap, long Stacks, long Spans, long Caches, long Collector, long Other)
{
    /// <summary>All of it. The seed's <c>Sys</c>.</summary>
    public long Total => Heap + Stacks + Spans + Caches + Collector + Other;
}
