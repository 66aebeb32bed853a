namespace Testbed.Explorer;

/// <summary>Where a thread was when the execution failed: its next operation, which it never took.</summary>
/// <param name="Thread">The thread's index in <see cref="RecordedExecution.Threads"/>.</param>
/// <param name="Operation">What it was about to do, in kebab case.</param>
/// <param name="Location">The name of what it was about to do it to; empty if none.</param>
/// <param name="Place">What it was about to do it to.</param>
/// <param name="IsBlocked">Whether it could not, because it waited.</param>
/// <param name="Text">The same in words, with what it waits for.</param>
/// <param name="File">The source file, or empty.</param>
/// <param name="Line">The line in it, or 0.</param>
public sealed record RecordedWait(
    int Thread,
    string Operation,
    string Location,
    RecordedPlace Place,
    bool IsBlocked,
    string Text,
    string File,
    int Line);
