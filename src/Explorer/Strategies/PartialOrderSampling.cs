namespace Testbed.Explorer;

/// <summary>
/// POS: X. Yuan, J. Yang, R. Gu: Partial Order Aware Concurrency Sampling, CAV 2018. Every announced operation gets a
/// random priority and the highest enabled one is performed; then those that raced with it get new ones. So operations
/// that commute are not weighed against each other over and over, and partial orders are sampled more evenly.
/// </summary>
/// <remarks>It departs from the paper where a thread gives way: that operation has the lowest priority.</remarks>
internal sealed class PartialOrderSampling : IStrategy
{
    private readonly RacePriorities _priorities = new();
    private SchedulingRandom _random = new();

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _priorities.Begin(random);
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        int chosen = _priorities.Highest(point.Enabled, point.Pending);
        _priorities.Perform(chosen, point.Pending);
        return chosen;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);
}
