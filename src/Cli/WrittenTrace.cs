namespace Testbed.Cli;

/// <summary>What became of a failure's trace: one of the two is null.</summary>
/// <param name="Path">The file.</param>
/// <param name="Problem">Why there is no file.</param>
internal sealed record WrittenTrace(string? Path, string? Problem);
