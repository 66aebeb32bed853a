namespace Testbed.Explorer;

/// <summary>What came of all executions together.</summary>
/// <param name="Executions">Executions that ended.</param>
/// <param name="Distinct">How many of them differ.</param>
/// <param name="Steps">Steps of all of them together.</param>
/// <param name="Failures">The failing executions, in order.</param>
internal sealed record SearchOutcome(long Executions, long Distinct, long Steps, IReadOnlyList<Failure> Failures)
{
    /// <summary>Executions that were cut short, since another one stands for them.</summary>
    internal long Blocked { get; init; }

    /// <summary>The most steps that an execution had.</summary>
    internal int Depth { get; init; }

    /// <summary>Whether there is no execution that was not covered.</summary>
    internal bool IsComplete { get; init; }

    /// <summary>Whether there is none within the bound on preemptions.</summary>
    internal bool IsCompleteWithinBound { get; init; }

    /// <summary>What the strategy promises, or null.</summary>
    internal DepthGuarantee? Guarantee { get; init; }
}
