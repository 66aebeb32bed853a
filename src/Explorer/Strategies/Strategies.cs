namespace Testbed.Explorer;

/// <summary>The strategies by name.</summary>
public static class Strategies
{
    /// <summary>What an exploration uses unless told otherwise.</summary>
    public const string Default = "portfolio";

    /// <summary>The strategy that ends by itself, having run every execution that differs from all others.</summary>
    public const string Exhaustive = "exhaustive";

    /// <summary>The strategy whose executions learn from all earlier ones.</summary>
    public const string Feedback = "feedback";

    /// <summary>The strategy that gives a <see cref="DepthGuarantee"/>.</summary>
    internal const string Priorities = "pct";

    /// <summary>The selectively uniform walk.</summary>
    internal const string Uniform = "surw";

    /// <summary>Partial-order sampling.</summary>
    internal const string PartialOrder = "pos";

    /// <summary>The strategy with a bound on preemptions that draws where they are.</summary>
    public const string Bounded = "preemption-bounded";

    private const string RandomWalk = "random";

    /// <summary>The depth of the bugs that it looks for.</summary>
    internal const int DefaultDepth = 3;

    private const int DefaultPreemptions = 2;

    /// <summary>The names, the default's first.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [Default, RandomWalk, Priorities, PartialOrder, Uniform, Feedback, Bounded, Exhaustive];

    /// <summary>
    /// The sampler that draws an execution: the strategy itself, but for the portfolio's turns and for execution 0 of
    /// those that look at the program first.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="execution">The execution's number, from 0.</param>
    public static string SamplerOf(string name, long execution)
        => name switch
        {
            Default when execution > 0 => Portfolio.NameOf(execution),
            Default or Priorities or Uniform when execution == 0 => RandomWalk,
            _ => name,
        };

    /// <summary>Whether a strategy heeds <see cref="ExplorationOptions.Preemptions"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static bool IsBounded(string name) => name is Exhaustive or Bounded;

    /// <summary>Makes an instance of a strategy that draws executions, for one worker.</summary>
    /// <param name="name">One of <see cref="Names"/>, save <see cref="Exhaustive"/>.</param>
    /// <param name="engine">The worker's engine.</param>
    /// <param name="experience">What the workers' executions have taught.</param>
    /// <param name="interesting">Patterns of the names of places that matter; see <see cref="ChosenPlaces"/>.</param>
    /// <param name="preemptions">See <see cref="ExplorationOptions.Preemptions"/>.</param>
    internal static IStrategy Create(
        string name, Engine engine, Experience experience, IReadOnlyList<string> interesting, int? preemptions)
    {
        var chosen = new ChosenPlaces(engine, interesting);
        return name switch
        {
            Default => Calibrate(new Portfolio(new SelectivelyUniform(engine, experience, chosen))),
            RandomWalk => new Explorer.RandomWalk(),
            Priorities => Calibrate(new PriorityChangePoints(DefaultDepth - 1)),
            PartialOrder => new PartialOrderSampling(),
            Uniform => Calibrate(new SelectivelyUniform(engine, experience, chosen)),
            Feedback => new FeedbackGuided(engine, experience.ReadsFrom),
            Bounded => new PreemptionBounded(preemptions ?? DefaultPreemptions),
            _ => throw new ArgumentException($"there is no strategy '{name}'", nameof(name)),
        };

        Calibrated Calibrate(IStrategy inner) => new(inner, engine, chosen);
    }
}
