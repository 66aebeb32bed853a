namespace Testbed.Explorer;

/// <summary>What leads from one event to another.</summary>
internal enum CausalEdgeKind
{
    /// <summary>A thread was started.</summary>
    Start,

    /// <summary>A thread ended, and another had waited for that.</summary>
    Join,

    /// <summary>A lock was given back, and taken.</summary>
    Lock,

    /// <summary>A note was woken, and its sleeper went on.</summary>
    Wake,

    /// <summary>A value was written and read, which orders what was before the one and is after the other.</summary>
    Release,

    /// <summary>A value was written and read, which orders nothing.</summary>
    Data,
}
