namespace Testbed.Explorer;

/// <summary>What a <see cref="RecordedPlace"/> is.</summary>
public enum PlaceKind
{
    /// <summary>No place.</summary>
    None,

    /// <summary>Bytes of a block.</summary>
    Memory,

    /// <summary>A lock.</summary>
    Lock,

    /// <summary>A note.</summary>
    Note,

    /// <summary>A thread: its start, its end.</summary>
    Thread,
}
