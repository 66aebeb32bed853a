namespace Testbed.Explorer;

/// <summary>A failing execution on its way to become small.</summary>
/// <param name="Choices">What the code under test was told to choose.</param>
/// <param name="Steps">The schedule.</param>
/// <param name="Size">How large it is.</param>
/// <param name="Identity">What its failure is.</param>
internal sealed record ShrinkCase(
    IReadOnlyList<uint> Choices, IReadOnlyList<ScheduledStep> Steps, ShrinkSize Size, FailureIdentity Identity)
{
    /// <summary>The execution that an engine has just run.</summary>
    internal static ShrinkCase Of(
        IReadOnlyList<uint> choices, IReadOnlyList<ScheduledStep> steps, FailureIdentity identity)
    {
        int turns = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            turns += i > 0 && steps[i].Thread == steps[i - 1].Thread ? 0 : 1;
        }

        return new ShrinkCase(
            choices,
            steps,
            new ShrinkSize(
                steps.Count(step => step.Preempts),
                choices.Count(choice => choice != 0),
                choices.Sum(choice => (long)choice),
                steps.Count,
                turns,
                choices.Count),
            identity);
    }
}
