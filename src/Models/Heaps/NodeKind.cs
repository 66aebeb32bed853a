namespace Testbed.Models.Heaps;

/// <summary>How the collector scans a node.</summary>
public enum NodeKind
{
    /// <summary>By the pointers of its type; an array if it has several elements.</summary>
    Typed,

    /// <summary>Each word may be a pointer.</summary>
    Conservative,

    /// <summary>Not at all.</summary>
    NoScan,
}
