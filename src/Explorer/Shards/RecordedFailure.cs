namespace Testbed.Explorer;

/// <summary>A failure that an exploration found, as its record has it.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="Execution">The number of the execution.</param>
/// <param name="Trace">The file with its trace, or null if there is none.</param>
public sealed record RecordedFailure(FailureKind Kind, string Message, long Execution, string? Trace);
