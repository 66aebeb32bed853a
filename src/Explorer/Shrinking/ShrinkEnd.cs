namespace Testbed.Explorer;

/// <summary>Why a failure was shrunk no further.</summary>
public enum ShrinkEnd
{
    /// <summary>Nothing that shrinking tries makes it smaller: no preemption can be removed, for one.</summary>
    Minimal,

    /// <summary>As many candidates had run as may, or had taken as many steps together.</summary>
    ExecutionLimit,

    /// <summary>Time was up; with more of it, or on a faster machine, it may become smaller.</summary>
    TimeLimit,

    /// <summary>It was interrupted; this is the smallest that had been found by then.</summary>
    Cancelled,

    /// <summary>A candidate took no step for seconds; this is the smallest that had been found by then.</summary>
    Stalled,
}
