namespace Testbed.Explorer;

/// <summary>
/// Takes the samplers in turn, by the execution's number: what one is blind to another finds. Execution 0, whose
/// length the others need to know, is the random walk's.
/// </summary>
/// <remarks>
/// The random walk switches threads at most steps, so one of its executions costs as much as several of the others'; it
/// has one turn of ten.
/// </remarks>
internal sealed class Portfolio : IStrategy
{
    private readonly IStrategy[] _turns;
    private IStrategy _turn;

    /// <summary>Creates the strategy.</summary>
    internal Portfolio()
    {
        var sampling = new PartialOrderSampling();
        var oneChange = new PriorityChangePoints(1);
        var twoChanges = new PriorityChangePoints(2);
        var onePreemption = new PreemptionBounded(1);
        var twoPreemptions = new PreemptionBounded(2);
        _turns =
        [
            new RandomWalk(),
            oneChange,
            sampling,
            twoPreemptions,
            twoChanges,
            sampling,
            new PreemptionBounded(4),
            new PriorityChangePoints(4),
            sampling,
            onePreemption,
        ];
        _turn = _turns[0];
    }

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _turn = _turns[execution % _turns.Length];
        _turn.Begin(random, execution, expectedSteps);
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point) => _turn.Next(point);

    /// <inheritdoc/>
    public uint Choose(uint bound) => _turn.Choose(bound);
}
