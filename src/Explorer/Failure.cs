namespace Testbed.Explorer;

/// <summary>A failing execution.</summary>
/// <param name="Kind">What it failed with.</param>
/// <param name="Message">What was expected and what was found, with source lines.</param>
/// <param name="Execution">Which execution of the exploration it was, from 0.</param>
/// <param name="Steps">How many steps it had taken.</param>
/// <param name="Preemptions">
/// How often another thread went on instead of one that could have gone on and did not give way itself (a turn of a wait
/// loop and a timed sleep give way).</param>
/// <param name="Trace">What replays it.</param>
/// <param name="Recorded">What happened, event by event.</param>
public sealed record Failure(
    FailureKind Kind,
    string Message,
    long Execution,
    int Steps,
    int Preemptions,
    Trace Trace,
    RecordedExecution Recorded)
{
    /// <summary>What shrinking made of it; null if this is the execution as it was found.</summary>
    public ShrinkReport? Shrinking { get; init; }
}
