namespace Testbed.Explorer;

/// <summary>What a report says of a failure beside what happened.</summary>
/// <param name="Trace">The trace that was replayed.</param>
/// <param name="ReplayCommand">What a user types to see it again.</param>
/// <param name="Outcome">How the replay ended, in a sentence.</param>
public sealed record ReportFacts(Trace Trace, string ReplayCommand, string Outcome);
