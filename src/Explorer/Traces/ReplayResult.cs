namespace Testbed.Explorer;

/// <summary>What a replay did.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Failure">The failure that it ran into, or null.</param>
/// <param name="Execution">What happened, event by event.</param>
/// <param name="Step">The step of the failure or of the divergence; else the number of steps.</param>
/// <param name="Expected">If it diverged: what the trace has at that step; else empty.</param>
/// <param name="Found">If it diverged: what there was instead; else empty.</param>
public sealed record ReplayResult(
    ReplayOutcome Outcome, Failure? Failure, RecordedExecution Execution, int Step, string Expected, string Found);
