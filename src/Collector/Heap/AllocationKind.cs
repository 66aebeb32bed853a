namespace Testbed.Collector;

/// <summary>How the collector looks at an object.</summary>
internal enum AllocationKind
{
    /// <summary>By its type, which repeats over the object.</summary>
    Typed,

    /// <summary>Every word may be a pointer.</summary>
    Conservative,

    /// <summary>Not at all.</summary>
    NoScan,
}
