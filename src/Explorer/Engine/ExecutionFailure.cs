namespace Testbed.Explorer;

/// <summary>What an execution failed with.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Message">The message.</param>
/// <param name="Step">How many steps there had been.</param>
/// <param name="Thread">The thread that failed, or -1 if it was no single one.</param>
internal sealed record ExecutionFailure(FailureKind Kind, string Message, int Step, int Thread);
