namespace Testbed.Collector;

/// <summary>Memory that is to be scanned for pointers. The seed's <c>Obj</c>.</summary>
internal unsafe struct WorkItem
{
    /// <summary>The first byte; a multiple of 8.</summary>
    internal nint Start;

    /// <summary>How many bytes; a multiple of 8.</summary>
    internal nuint Bytes;

    /// <summary>Where the pointers are, repeated over the bytes; null if unknown: any word may be one.</summary>
    internal TypeInfo* Type;
}
