namespace Testbed.Explorer;

/// <summary>What came of an execution.</summary>
/// <param name="Steps">How many steps it took.</param>
/// <param name="Hash">A hash of the sequence of (thread, operation, location).</param>
/// <param name="Preemptions">How often a thread had to wait that could have gone on.</param>
/// <param name="Failure">What it failed with, or null.</param>
/// <param name="IsCutShort">Whether it was neither run to its end nor failed.</param>
/// <param name="IsRedundant">
/// Whether it was cut short since a wait loop would have gone on that had had its one turn
/// (<see cref="WaitRule.OneTurn"/>): another execution goes on from there without that turn.
/// </param>
internal readonly record struct ExecutionOutcome(
    int Steps, ulong Hash, int Preemptions, ExecutionFailure? Failure, bool IsCutShort, bool IsRedundant);
