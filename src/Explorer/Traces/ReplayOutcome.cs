namespace Testbed.Explorer;

/// <summary>How a replay ended.</summary>
public enum ReplayOutcome
{
    /// <summary>The same failure at the same step.</summary>
    Reproduced,

    /// <summary>Some step could not be taken as the trace has it, or the failure was another.</summary>
    Diverged,

    /// <summary>The whole schedule ran, and nothing failed.</summary>
    PassedWithoutFailure,
}
