namespace Testbed.Explorer;

/// <summary>Why the threads at a scheduling point are enabled.</summary>
internal enum SchedulingPhase
{
    /// <summary>They can go on.</summary>
    Normal,

    /// <summary>
    /// All have come to rest by <see cref="WaitRule.OneTurn"/>: wait loops look again, in an order that does not
    /// matter.
    /// </summary>
    LookAgain,

    /// <summary>Nobody could go on, so time passes for them.</summary>
    TimePasses,
}
