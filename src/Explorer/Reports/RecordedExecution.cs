namespace Testbed.Explorer;

/// <summary>An execution, event by event.</summary>
/// <param name="Threads">The threads' names, in the order in which they were started.</param>
/// <param name="Events">What happened, in order; the last one is what failed, if a single thread failed.</param>
/// <param name="Steps">How many steps it took.</param>
/// <param name="FailureKind">What it failed with, or null.</param>
/// <param name="FailureMessage">The failure's message; empty if there is none.</param>
/// <param name="FailureThread">The thread that failed, or -1.</param>
public sealed record RecordedExecution(
    IReadOnlyList<string> Threads,
    IReadOnlyList<RecordedEvent> Events,
    int Steps,
    FailureKind? FailureKind,
    string FailureMessage,
    int FailureThread)
{
    /// <summary>What the program said that it runs on (<see cref="Sync.ISync.NoteInput"/>), or empty.</summary>
    public string Input { get; init; } = "";

    /// <summary>Where the other threads were when it failed, those that had ended left out.</summary>
    public IReadOnlyList<RecordedWait> Waits { get; init; } = [];

    /// <summary>What the program drew of its state, in order; empty unless the recorder was told to ask.</summary>
    public IReadOnlyList<RecordedPicture> Pictures { get; init; } = [];
}
