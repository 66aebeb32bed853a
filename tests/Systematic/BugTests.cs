using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;
using Xunit;

namespace Testbed.Systematic;

/// <summary>Each seeded defect is found with default settings, and its trace replays.</summary>
public class BugTests
{
    /// <summary>
    /// About what a hunt of one worker does in 10 s in the slowest scenario. A count, not a time, so that the test
    /// says the same on a busy machine.
    /// </summary>
    private const int ExecutionsMax = 20_000;

    private const int LeastBugsPerScenario = 3;

    /// <summary>A small part of what shrinking takes, but for one defect of each scenario.</summary>
    private const int ShrinkExecutionsMax = 200;

    private static readonly BugCatalogue s_bugs = BugCatalogue.Embedded();

    public static TheoryData<string> Bugs => [.. s_bugs.All.Select(bug => bug.Name)];

    /// <summary>The first defect of each scenario.</summary>
    public static TheoryData<string> OneOfEachScenario
        => [.. s_bugs.All.DistinctBy(bug => bug.Scenario).Select(bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_seeded_defect_is_found_and_replays_10_times(string name)
    {
        Failure failure = Find(name, ShrinkExecutionsMax, out Action body);
        for (int i = 0; i < 10; i++)
        {
            ReplayResult replay = Replay.Run(failure.Trace, body);
            Assert.Equal(ReplayOutcome.Reproduced, replay.Outcome);
            Assert.Equal((failure.Steps, failure.Message), (replay.Failure!.Steps, replay.Failure.Message));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{failure.Kind} in execution {failure.Execution}: {failure.Message}");
    }

    [Theory]
    [MemberData(nameof(OneOfEachScenario))]
    public void A_shrunk_schedule_has_no_preemption_to_remove(string name)
    {
        Failure failure = Find(name, new ExplorationOptions().ShrinkExecutions, out Action body);
        RequireNoPreemptionToRemove(failure, body);
    }

    [Fact]
    public void Each_scenario_of_the_collector_has_at_least_three_seeded_defects()
    {
        string[] measuring = ["cas-pair", "long-run"];
        IEnumerable<string> scenarios = Catalogue.All
            .Where(scenario => !scenario.IsCanary && !scenario.IsLitmus && scenario.Bounds is null && !measuring.Contains(scenario.Name))
            .Select(scenario => scenario.Name);
        Assert.All(
            scenarios,
            scenario => Assert.True(
                s_bugs.All.Count(bug => bug.Scenario == scenario) >= LeastBugsPerScenario, scenario));
    }

    /// <summary>Hunts a defect: it is found, and shows as what it is to.</summary>
    private static Failure Find(string name, int shrinkExecutions, out Action body)
    {
        Bug bug = s_bugs.Find(name)!;
        body = PatchedBuild.Compile(bug.Diff).Body<ExplorerSync>(bug.Scenario);
        var options = new ExplorationOptions
        {
            MaxExecutions = ExecutionsMax,
            ShrinkExecutions = shrinkExecutions,
            ShrinkTimeout = TimeSpan.FromMinutes(10),
        };
        ExplorationResult result = new Exploration(bug.Scenario, body, options)
            .Run(cancel: TestContext.Current.CancellationToken);
        Failure failure = Assert.Single(result.Failures);
        Assert.Contains(KebabCase.Of(failure.Kind), bug.Expected);
        return failure;
    }

    /// <summary>
    /// Takes the preemptions of a shrunk schedule out of it, each by itself: what is left must not fail in the same way
    /// with fewer preemptions.
    /// </summary>
    private static void RequireNoPreemptionToRemove(Failure failure, Action body)
    {
        Assert.Equal(ShrinkEnd.Minimal, failure.Shrinking?.End);
        Trace trace = failure.Trace;
        var identity = new FailureIdentity(failure.Kind, failure.Message);
        using var engine = new Engine(HandOffs.Fastest, processor: null);
        var whole = new Attempt(new RecordedSchedule(engine, trace.Steps, [], trace.Choices), trace.Choices);
        Assert.Equal(failure.Preemptions, Run(whole).Preemptions);
        int[] preemptions =
            [.. Enumerable.Range(0, whole.Steps.Count).Where(step => whole.Steps[step].Preempts)];
        Assert.Equal(failure.Preemptions, preemptions.Length);
        foreach (int step in preemptions)
        {
            ExecutionOutcome outcome = Run(new Attempt(new WithoutPreemption(whole.Steps, step), trace.Choices));
            Assert.False(
                outcome.Failure is { } left && identity.Is(left) && outcome.Preemptions < failure.Preemptions,
                $"the preemption at step {step + 1} of {failure.Preemptions} can be removed");
        }

        ExecutionOutcome Run(IStrategy strategy)
            => engine.Run(body, new ExecutionPlan(strategy, trace.Seed, 0, 0, trace.MaxSteps));
    }
}
