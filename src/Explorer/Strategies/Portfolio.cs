namespace Testbed.Explorer;

/// <summary>
/// Takes the samplers in turn, by the execution's number: what one is blind to another finds.
/// </summary>
/// <remarks>
/// A single preemption shows many bugs and costs least, so it comes twice. The selectively uniform walk is good at bugs
/// that need several orders at one place. Partial-order sampling alone finds those that need a thread to be late at many
/// places, and takes long to, so it comes three times. A plain random walk has no turn but execution 0, which the others
/// need: it switches threads at most steps, so it costs most, and elsewhere than at its place the selectively uniform one
/// is a random walk too.
/// <c>bench -- strategies</c> is what the turns were chosen by.
/// </remarks>
internal sealed class Portfolio : IStrategy
{
    private readonly IStrategy[] _turns;
    private IStrategy _turn;

    /// <summary>Creates the strategy.</summary>
    /// <param name="uniform">The selectively uniform walk.</param>
    internal Portfolio(SelectivelyUniform uniform)
    {
        var sampling = new PartialOrderSampling();
        var onePreemption = new PreemptionBounded(1);
        _turns =
        [
            onePreemption,
            uniform,
            sampling,
            new PriorityChangePoints(4),
            new PreemptionBounded(2),
            uniform,
            new PriorityChangePoints(2),
            sampling,
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
