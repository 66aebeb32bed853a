using System.Globalization;
using Testbed.Explorer;

namespace Testbed.Cli.Bugs;

/// <summary>The table of <c>testbed bugs</c>, as rows of cells.</summary>
internal static class BugTable
{
    private const string Nothing = "-";

    /// <summary>The heads of the columns.</summary>
    /// <param name="strategies">The strategies; several are set side by side.</param>
    public static IReadOnlyList<string> Heads(IReadOnlyList<string> strategies)
        => strategies.Count == 1
            ? ["bug", "found", "as", "executions", "seconds", "steps", "preemptions", "needs", "sampler"]
            : ["bug", .. strategies];

    /// <summary>The row of a bug.</summary>
    /// <param name="results">Its results, one a strategy.</param>
    public static IReadOnlyList<string> Row(IReadOnlyList<BugResult> results)
        => results is [{ } only] ? Row(only) : [results[0].Bug.Name, .. results.Select(Cost)];

    /// <summary>The executions to the first failure, or how many found nothing: of the hunt in the middle.</summary>
    /// <param name="result">The hunts.</param>
    private static string Cost(BugResult result)
        => (result.IsFound ? "" : "not in ") + HuntTable.Number(result.Median.Executions);

    private static string[] Row(BugResult result)
        =>
        [
            result.Bug.Name,
            result.IsFound ? "yes" : result.Median.IsCompleteWithinBound ? "not there" : "no",
            result.Kinds.Count == 0
                ? Nothing
                : string.Join(", ", result.Kinds.Select(kind => result.Unexpected.Contains(kind) ? $"{kind} (!)" : kind)),
            Cost(result),
            result.Median.Elapsed.TotalSeconds.ToString("N2", CultureInfo.InvariantCulture),
            Left(result, failure => failure.Steps, shrinking => shrinking.FoundSteps),
            Left(result, failure => failure.Preemptions, shrinking => shrinking.FoundPreemptions),
            result.Bug.Preemptions is { } needed ? HuntTable.Number(needed) : Nothing,
            result.Sampler ?? Nothing,
        ];

    private static string Left(BugResult result, Func<Failure, int> left, Func<ShrinkReport, int> found)
        => result.Shrunk is { Shrinking: { } shrinking } shrunk
            ? $"{HuntTable.Number(left(shrunk))} of {HuntTable.Number(found(shrinking))}"
            : Nothing;
}
