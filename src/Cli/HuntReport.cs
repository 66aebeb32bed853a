using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>The JSON object of <c>testbed test --json</c>.</summary>
internal static class HuntReport
{
    /// <summary>Describes the results.</summary>
    /// <param name="results">The results.</param>
    /// <param name="traces">What became of each failure's trace; a failure without one has none.</param>
    public static object Describe(
        IReadOnlyList<HuntResult> results, IReadOnlyDictionary<Failure, WrittenTrace> traces)
        => new { Scenarios = results.Select(result => Describe(result.Exploration, traces)) };

    private static object Describe(ExplorationResult found, IReadOnlyDictionary<Failure, WrittenTrace> traces)
        => new
        {
            Name = found.Scenario,
            found.Strategy,
            found.Seed,
            found.Executions,
            found.Distinct,
            found.Steps,
            Seconds = Math.Round(found.Elapsed.TotalSeconds, 3),
            ExecutionsPerSecond = Math.Round(HuntTable.Rate(found.Executions, found.Elapsed), 1),
            found.Complete,
            found.Blocked,
            found.Depth,
            found.Preemptions,
            found.Verdict,
            found.Estimate,
            Shard = found.Record.Shard.ToString(),
            Guarantee = found.Guarantee is { } guarantee
                ? new
                {
                    guarantee.Depth,
                    guarantee.Threads,
                    guarantee.Steps,
                    guarantee.Executions,
                    guarantee.OneIn,
                    guarantee.AtLeast,
                    guarantee.GaveWay,
                }
                : null,
            Failures = found.Failures.Select(failure => new
            {
                Kind = KebabCase.From(failure.Kind),
                failure.Message,
                failure.Execution,
                failure.Steps,
                failure.Preemptions,
                FoundSteps = failure.Shrinking?.FoundSteps ?? failure.Steps,
                FoundPreemptions = failure.Shrinking?.FoundPreemptions ?? failure.Preemptions,
                Shrinking = failure.Shrinking is { } shrinking
                    ? new
                    {
                        shrinking.Executions,
                        Seconds = Math.Round(shrinking.Elapsed.TotalSeconds, 3),
                        End = KebabCase.From(shrinking.End),
                    }
                    : null,
                Trace = traces.GetValueOrDefault(failure)?.Path,
            }),
        };
}
