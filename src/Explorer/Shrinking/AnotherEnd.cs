namespace Testbed.Explorer;

/// <summary>
/// The beginning of another execution, and a random end: each thread runs until it waits or ends, except at a few random
/// steps. What led to the failure may need what came before, but not all that came after.
/// </summary>
/// <param name="steps">That execution.</param>
/// <param name="length">How many of its steps are taken.</param>
/// <param name="bound">How many preemptions there are at most after that.</param>
internal sealed class AnotherEnd(IReadOnlyList<ScheduledStep> steps, int length, int bound) : IStrategy
{
    private readonly PreemptionBounded _end = new(bound, length);

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
        => _end.Begin(random, execution, expectedSteps);

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
        => point.Step <= length && point.Enabled.Contains(steps[point.Step - 1].Thread)
            ? steps[point.Step - 1].Thread
            : _end.Next(point);

    /// <inheritdoc/>
    public uint Choose(uint bound) => _end.Choose(bound);
}
