namespace Testbed.Explorer;

/// <summary>What shrinking made of a failure.</summary>
/// <param name="FoundSteps">How many steps the execution had that was found.</param>
/// <param name="FoundPreemptions">How many preemptions it had.</param>
/// <param name="FoundChoices">How many choices of its code under test were not 0.</param>
/// <param name="Choices">How many choices of the shrunk one are not 0.</param>
/// <param name="Executions">How many candidates ran.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="End">Why it went no further.</param>
public sealed record ShrinkReport(
    int FoundSteps,
    int FoundPreemptions,
    int FoundChoices,
    int Choices,
    int Executions,
    TimeSpan Elapsed,
    ShrinkEnd End);
