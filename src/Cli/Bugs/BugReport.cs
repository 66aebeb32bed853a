namespace Testbed.Cli.Bugs;

/// <summary>The JSON object of <c>testbed bugs --json</c>.</summary>
internal static class BugReport
{
    /// <summary>Describes the results.</summary>
    /// <param name="results">The results, one a bug and strategy.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="seeds">How many hunts a strategy had.</param>
    /// <param name="timeout">How long a hunt took at most.</param>
    public static object Describe(IEnumerable<BugResult> results, ulong firstSeed, int seeds, TimeSpan timeout)
        => new
        {
            FirstSeed = firstSeed,
            Seeds = seeds,
            TimeoutSeconds = timeout.TotalSeconds,
            Bugs = results.Select(result => new
            {
                result.Bug.Name,
                result.Bug.Origin,
                result.Scenario,
                result.Strategy,
                Found = result.IsFound,
                result.Kinds,
                result.Unexpected,
                result.Median.Executions,
                Seconds = Math.Round(result.Median.Elapsed.TotalSeconds, 3),
                result.Sampler,
                Steps = result.Shrunk?.Steps,
                Preemptions = result.Shrunk?.Preemptions,
                FoundSteps = result.Shrunk?.Shrinking?.FoundSteps,
                FoundPreemptions = result.Shrunk?.Shrinking?.FoundPreemptions,
                NeededPreemptions = result.Bug.Preemptions,
                Hunts = result.Hunts.Select(hunt => new
                {
                    hunt.Seed,
                    Found = hunt.Failures.Count > 0,
                    hunt.Executions,
                    Seconds = Math.Round(hunt.Elapsed.TotalSeconds, 3),
                }),
            }),
        };
}
