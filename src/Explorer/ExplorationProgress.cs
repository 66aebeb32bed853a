namespace Testbed.Explorer;

/// <summary>How far an exploration has come.</summary>
/// <param name="Executions">Executions that have ended.</param>
/// <param name="Distinct">How many of them differ in the sequence of (thread, operation, location).</param>
/// <param name="Steps">Steps of all of them together.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Failures">How many of them failed.</param>
public sealed record ExplorationProgress(
    long Executions, long Distinct, long Steps, TimeSpan Elapsed, int Failures)
{
    /// <summary>
    /// How many executions an exhaustive search has of which only some parts have ended; null as long as nothing can be
    /// said.
    /// </summary>
    public SearchEstimate? Estimate { get; init; }

    /// <summary>How far the shrinking of a failure has come, once all executions have ended; else null.</summary>
    public ShrinkProgress? Shrinking { get; init; }
}
