namespace Testbed.Explorer;

/// <summary>How far the shrinking of a failure has come.</summary>
/// <param name="FoundSteps">How many steps the execution had that was found.</param>
/// <param name="Steps">How many the smallest so far has.</param>
/// <param name="FoundPreemptions">How many preemptions the execution had that was found.</param>
/// <param name="Preemptions">How many the smallest so far has.</param>
public sealed record ShrinkProgress(int FoundSteps, int Steps, int FoundPreemptions, int Preemptions)
{
    /// <summary>In words: <c>shrinking: 412 -> 57 steps, 5 -> 2 preemptions</c>.</summary>
    /// <returns>One line.</returns>
    public override string ToString()
        => $"shrinking: {FoundSteps} -> {Steps} steps, {FoundPreemptions} -> {Preemptions} preemptions";
}
