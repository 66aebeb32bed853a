namespace Testbed.Models.Oracles;

/// <summary>A span of the heap that holds objects, as it was when the geometry was read.</summary>
/// <param name="Index">Its place among all spans.</param>
/// <param name="Start">The address of its first object.</param>
/// <param name="ElementBytes">The bytes of an object.</param>
/// <param name="Capacity">How many objects it has room for.</param>
internal readonly record struct HeapSpan(int Index, nint Start, nint ElementBytes, int Capacity)
{
    /// <summary>The address behind its last object.</summary>
    internal nint End => Start + (ElementBytes * Capacity);
}
