namespace Testbed.Explorer;

/// <summary>Takes any enabled thread at each step, each as likely as the other.</summary>
internal sealed class RandomWalk : IStrategy
{
    private SchedulingRandom _random = new();

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps) => _random = random;

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
        => point.Enabled.Length == 1 ? point.Enabled[0] : point.Enabled[(int)_random.Next((uint)point.Enabled.Length)];

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);
}
