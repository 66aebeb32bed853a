namespace Testbed.Bench.Coyote;

/// <summary>What one hunt came to.</summary>
/// <param name="Executions">How many executions it ran, the failing one included.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="HasFailed">Whether it found a failure; else its time was up.</param>
internal readonly record struct HuntOutcome(long Executions, double Seconds, bool HasFailed);
