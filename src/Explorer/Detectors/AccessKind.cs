namespace Testbed.Explorer;

/// <summary>What an access may not race with.</summary>
internal enum AccessKind : byte
{
    /// <summary>A volatile or racy read, or a compare-and-exchange that wrote nothing: with plain writes.</summary>
    AtomicRead,

    /// <summary>Any other volatile, racy or interlocked access: with plain reads and writes.</summary>
    AtomicWrite,

    /// <summary>A plain read: with writes of either sort.</summary>
    PlainRead,

    /// <summary>A plain write: with all.</summary>
    PlainWrite,

    /// <summary>A plain write that leaves nothing to be read: a read that comes after it fails too.</summary>
    Poison,

    /// <summary>
    /// None: what a release left behind, for those who see the value. Its <see cref="MemoryAccess.Clock"/> says what.
    /// </summary>
    Released,
}
