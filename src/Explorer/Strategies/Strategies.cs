namespace Testbed.Explorer;

/// <summary>The strategies by name.</summary>
public static class Strategies
{
    /// <summary>What an exploration uses unless told otherwise.</summary>
    public const string Default = "portfolio";

    /// <summary>The strategy that ends by itself, having run every execution that differs from all others.</summary>
    public const string Exhaustive = "exhaustive";

    private const int DefaultDepth = 3;
    private const int DefaultPreemptions = 2;

    /// <summary>The names, the default's first.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [Default, "random", "pct", "pos", "preemption-bounded", Exhaustive];

    /// <summary>Makes an instance of a strategy that draws executions, for one worker.</summary>
    /// <param name="name">One of <see cref="Names"/>, save <see cref="Exhaustive"/>.</param>
    internal static IStrategy Create(string name)
        => name switch
        {
            Default => new Portfolio(),
            "random" => new RandomWalk(),
            "pct" => new Calibrated(new PriorityChangePoints(DefaultDepth - 1)),
            "pos" => new PartialOrderSampling(),
            "preemption-bounded" => new Calibrated(new PreemptionBounded(DefaultPreemptions)),
            _ => throw new ArgumentException($"there is no strategy '{name}'", nameof(name)),
        };
}
