namespace Testbed.Coyote;

/// <summary>What a thread waits for.</summary>
internal enum Waiting
{
    /// <summary>Nothing: it runs, or can.</summary>
    None,

    /// <summary>A lock, until it is free.</summary>
    Enter,

    /// <summary>A note, until it is woken.</summary>
    Sleep,

    /// <summary>A note, until it is woken or time is up.</summary>
    TimedSleep,

    /// <summary>A thread, until it has ended.</summary>
    Join,

    /// <summary>A change by another thread of something that its last turn read.</summary>
    Spin,

    /// <summary>All other threads, until they have ended.</summary>
    Others,
}
