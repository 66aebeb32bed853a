namespace Testbed.Explorer;

/// <summary>
/// An execution of a candidate: answers each choice from a list, and notes what every step does.
/// </summary>
/// <param name="scheduler">Says which thread is next.</param>
/// <param name="choices">
/// What the code under test is told to choose: as much of each as the bound allows, and 0 when the list has run out. If
/// there is no list, <paramref name="scheduler"/> says it.
/// </param>
/// <param name="budget">Ends it early when it is spent; or null.</param>
internal sealed class Attempt(IStrategy scheduler, IReadOnlyList<uint>? choices, ShrinkBudget? budget = null) : IStrategy
{
    private readonly List<ScheduledStep> _steps = [];
    private int _chosen;

    /// <summary>The steps taken.</summary>
    internal IReadOnlyList<ScheduledStep> Steps => _steps;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
        => scheduler.Begin(random, execution, expectedSteps);

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        int next = budget?.TryStep() == false ? -1 : scheduler.Next(point);
        if (next >= 0)
        {
            bool preempts = point.CurrentGoesOn && next != point.Current;
            _steps.Add(new ScheduledStep(next, OperationKey.Of(point.Pending[next]), preempts));
        }

        return next;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound)
        => choices is null ? scheduler.Choose(bound)
            : _chosen < choices.Count ? Math.Min(choices[_chosen++], bound - 1)
            : 0;
}
