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
    /// <summary>Each turn: the sampler, and its name among the strategies.</summary>
    private static readonly (string Name, Func<SelectivelyUniform, IStrategy> Make)[] s_turns =
    [
        (Strategies.Bounded, _ => new PreemptionBounded(1)),
        (Strategies.Uniform, uniform => uniform),
        (Strategies.PartialOrder, _ => new PartialOrderSampling()),
        (Strategies.Priorities, _ => new PriorityChangePoints(4)),
        (Strategies.Bounded, _ => new PreemptionBounded(2)),
        (Strategies.Uniform, uniform => uniform),
        (Strategies.Priorities, _ => new PriorityChangePoints(2)),
        (Strategies.PartialOrder, _ => new PartialOrderSampling()),
        (Strategies.PartialOrder, _ => new PartialOrderSampling()),
        (Strategies.Bounded, _ => new PreemptionBounded(1)),
    ];

    private readonly IStrategy[] _turns;
    private IStrategy _turn;

    /// <summary>Creates the strategy.</summary>
    /// <param name="uniform">The selectively uniform walk.</param>
    internal Portfolio(SelectivelyUniform uniform)
    {
        _turns = [.. s_turns.Select(turn => turn.Make(uniform))];
        _turn = _turns[0];
    }

    /// <summary>The sampler whose turn an execution is.</summary>
    /// <param name="execution">Its number, above 0.</param>
    internal static string NameOf(long execution) => s_turns[execution % s_turns.Length].Name;

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
