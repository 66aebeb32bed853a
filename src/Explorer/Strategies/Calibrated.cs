namespace Testbed.Explorer;

/// <summary>A strategy that must know how long executions are: execution 0 is a random walk, which finds out.</summary>
/// <param name="inner">The strategy of all other executions.</param>
internal sealed class Calibrated(IStrategy inner) : IStrategy
{
    private readonly RandomWalk _first = new();
    private IStrategy? _turn;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _turn = execution == 0 ? _first : inner;
        _turn.Begin(random, execution, expectedSteps);
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point) => _turn!.Next(point);

    /// <inheritdoc/>
    public uint Choose(uint bound) => _turn!.Choose(bound);
}
