using System.Diagnostics;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.SystematicTesting;
using Testbed.Bugs;
using Testbed.Coyote;
using Testbed.Models;

namespace Testbed.Bench.Coyote;

/// <summary>Microsoft Coyote with one of its strategies.</summary>
/// <param name="name">The strategy, as <c>coyote test --strategy</c> calls it.</param>
/// <param name="choose">Chooses the strategy.</param>
internal sealed class CoyoteContender(string name, Func<Configuration, Configuration> choose) : IContender
{
    /// <summary>The strategies that are compared, each with the settings that Coyote has for it.</summary>
    internal static IReadOnlyList<CoyoteContender> All { get; } =
    [
        new("portfolio", static configuration => configuration),
        new("random", static configuration => configuration.WithRandomStrategy()),
        new("prioritization", static configuration => configuration.WithPrioritizationStrategy()),
        new("fair-prioritization", static configuration => configuration.WithPrioritizationStrategy(isFair: true)),
        new("delay-bounding", static configuration => configuration.WithDelayBoundingStrategy()),
        new("q-learning", static configuration => configuration.WithQLearningStrategy()),
    ];

    /// <summary>
    /// Coyote draws its iteration n from its seed plus n, so neighbouring seeds would run the same executions.
    /// </summary>
    private const uint ExecutionsBetweenSeeds = 10_000_000;

    /// <summary>
    /// Coyote sees all waits of the adapter, so only a hang between two of its steps runs into this; by its default, a
    /// second, it takes a thread that a busy machine keeps waiting for one that hangs.
    /// </summary>
    private const uint DeadlockTimeoutMilliseconds = 30_000;

    /// <inheritdoc/>
    public string Name => $"Coyote {name}";

    /// <inheritdoc/>
    public HuntOutcome Hunt(PatchedBuild? build, string scenario, int seed, TimeSpan limit)
    {
        Action body = build?.Body<CoyoteSync>(scenario) ?? Catalogue.Body<CoyoteSync>(scenario);
        bool isTimeUp = false;
        Configuration configuration = choose(Configuration.Create())
            .WithTestingIterations(uint.MaxValue)
            .WithDeadlockTimeout(DeadlockTimeoutMilliseconds)
            .WithRandomGeneratorSeed((uint)seed * ExecutionsBetweenSeeds)
            .WithTelemetryEnabled(false);
        using TestingEngine engine = TestingEngine.Create(configuration, () =>
        {
            // Stopping lets an engine finish the iteration that it is in, beside the next hunt: that one is empty.
            if (!isTimeUp)
            {
                CoyoteSync.Run(body);
            }
        });
        engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.None));
        long begin = Stopwatch.GetTimestamp();
        engine.RegisterStartIterationCallBack(_ =>
        {
            if (Stopwatch.GetElapsedTime(begin) >= limit)
            {
                isTimeUp = true;
                engine.Stop();
            }
        });
        engine.Run();
        TestReport report = engine.TestReport;
        return new HuntOutcome(
            report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths,
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            report.NumOfFoundBugs > 0);
    }
}
