using System.IO.Enumeration;
using Testbed.Explorer;
using Testbed.Models;
using Testbed.Sync;
using Xunit;

namespace Testbed.Systematic;

/// <summary>Each scenario is clean over production code, under the explorer and on real threads.</summary>
public class ScenarioTests
{
    private const int Executions = 2_000;

    public static TheoryData<string> Clean
        => [.. Catalogue.All
            .Where(scenario => !scenario.IsCanary && !scenario.IsLitmus)
            .Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Clean))]
    public void A_scenario_is_clean_under_the_explorer(string scenario)
    {
        ExplorationResult result = Explore(scenario, Executions, workers: 1);
        result.ThrowIfFailed();
        Assert.Equal(Executions, result.Executions);
        Assert.True(result.Distinct > 1, "only one interleaving was seen: nothing is scheduled");
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void A_scenario_has_the_same_executions_with_one_worker_and_with_two(string scenario)
    {
        ExplorationResult one = Explore(scenario, executions: 100, workers: 1);
        ExplorationResult two = Explore(scenario, executions: 100, workers: 2);
        Assert.Equal((one.Executions, one.Distinct, one.Steps), (two.Executions, two.Distinct, two.Steps));
    }

    [Theory]
    [InlineData("handoff-getfull")]
    [InlineData("lock-free-list")]
    [InlineData("cas-pair")]
    [InlineData("long-run")]
    public void A_scenario_that_keeps_no_managed_state_between_steps_also_runs_on_real_threads(string scenario)
    {
        Action body = Catalogue.Body<NativeSync>(scenario);
        for (int i = 0; i < 20; i++)
        {
            body();
        }
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void The_places_that_a_scenario_calls_interesting_are_there(string scenario)
    {
        Action body = Catalogue.Body<ExplorerSync>(scenario);
        ExplorationResult result = new Exploration(scenario, Look, new ExplorationOptions { Shrink = false })
            .Run(cancel: TestContext.Current.CancellationToken);
        string[] places = [.. Assert.Single(result.Failures).Recorded.Events.Select(step => step.Location).Distinct()];
        Assert.All(
            Catalogue.Find(scenario)!.Interesting,
            pattern => Assert.Contains(
                places, place => FileSystemName.MatchesSimpleExpression(pattern, place, ignoreCase: false)));

        // A failure is what is recorded.
        void Look()
        {
            body();
            throw new OracleException("all was seen");
        }
    }

    [Fact]
    public void The_canary_is_found()
    {
        ExplorationResult result = Explore("canary", Executions, workers: 1);
        Failure failure = Assert.Single(result.Failures);
        Assert.Equal(FailureKind.Oracle, failure.Kind);
    }

    private static ExplorationResult Explore(string scenario, long executions, int workers)
        => new Exploration(
            scenario,
            Catalogue.Body<ExplorerSync>(scenario),
            new ExplorationOptions { MaxExecutions = executions, Workers = workers })
            .Run(cancel: TestContext.Current.CancellationToken);
}
