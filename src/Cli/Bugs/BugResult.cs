using Testbed.Bugs;
using Testbed.Explorer;

namespace Testbed.Cli.Bugs;

/// <summary>What the hunts for a bug by one strategy came to, a hunt a seed.</summary>
/// <param name="Bug">The bug.</param>
/// <param name="Scenario">The scenario that was hunted.</param>
/// <param name="Strategy">The strategy.</param>
/// <param name="Hunts">The hunts, in the order of their seeds.</param>
internal sealed record BugResult(Bug Bug, string Scenario, string Strategy, IReadOnlyList<ExplorationResult> Hunts)
{
    /// <summary>The hunt in the middle, by executions; one that found nothing took more than any other.</summary>
    public ExplorationResult Median { get; } = Hunts
        .OrderBy(hunt => hunt.Failures.Count == 0)
        .ThenBy(hunt => hunt.Executions)
        .ElementAt((Hunts.Count - 1) / 2);

    /// <summary>Of the failures that were shrunk the first that is left with the fewest preemptions; or null.</summary>
    public Failure? Shrunk { get; }
        = Hunts.SelectMany(hunt => hunt.Failures)
            .Where(failure => failure.Shrinking is not null)
            .MinBy(failure => failure.Preemptions);

    /// <summary>Whether the hunt in the middle found it.</summary>
    public bool IsFound => Median.Failures.Count > 0;

    /// <summary>The kinds of failure that were seen, as traces name them.</summary>
    public IReadOnlyList<string> Kinds { get; } =
    [
        .. Hunts.SelectMany(hunt => hunt.Failures)
            .Select(failure => KebabCase.From(failure.Kind))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The kinds among them that the bug's description does not expect.</summary>
    public IReadOnlyList<string> Unexpected => [.. Kinds.Except(Bug.Expected)];

    /// <summary>The sampler that drew the failing execution of the hunt in the middle; null if it found nothing.</summary>
    public string? Sampler
        => Median.Failures is [{ } failure, ..] ? Strategies.SamplerOf(Strategy, failure.Execution) : null;
}
