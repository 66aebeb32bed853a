using System.Reflection;
using Microsoft.Coyote;
using Microsoft.Coyote.Specifications;
using Microsoft.Coyote.SystematicTesting;
using Testbed.Bugs;
using Testbed.Coyote;
using Testbed.Models;
using Testbed.Sync;
using Xunit;

namespace Testbed.Systematic.Coyote;

/// <summary>Coyote's engine in process, over the adapter.</summary>
public class EngineTests
{
    private const int Executions = 50;
    private const int ExecutionsToFailure = 2_000;

    /// <summary>By its default, a second, a thread that a busy machine keeps waiting would be taken to hang.</summary>
    private const uint DeadlockTimeoutMilliseconds = 30_000;

    /// <summary>The textbook program that fails, as its summary says.</summary>
    private const string KnownBug = "treiber-aba";

    public static TheoryData<string> Clean
        => [.. Catalogue.All
            .Where(scenario => !scenario.IsCanary && scenario.Name != KnownBug)
            .Select(scenario => scenario.Name)];

    [Fact]
    public void Every_scenario_has_an_entry_point()
    {
        IEnumerable<string> entryPoints = typeof(EntryPoints).GetMethods()
            .Where(method => method.GetCustomAttribute<TestAttribute>() is not null)
            .Select(method => ChosenBody.ScenarioOf(method.Name));
        Assert.Empty(Catalogue.All.Select(scenario => scenario.Name).Except(entryPoints));
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void A_scenario_is_clean_and_all_of_it_is_controlled(string scenario)
    {
        TestReport report = Test(Catalogue.Body<CoyoteSync>(scenario), Executions);
        Assert.Empty(report.BugReports);
        Assert.Empty(report.InternalErrors);
        Assert.Empty(report.UncontrolledInvocations);
        Assert.Equal(Executions, report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths);
        Assert.True(report.MaxConcurrencyDegree > 1, "never more than one thread could go on: nothing is scheduled");
    }

    [Fact]
    public void The_canary_is_found_and_replays()
    {
        Action body = Catalogue.Body<CoyoteSync>("canary");
        using TestingEngine engine = Run(Settings(ExecutionsToFailure), body);
        string found = Assert.Single(engine.TestReport.BugReports);
        Assert.Contains("the counter is 1, not 2", found, StringComparison.Ordinal);
        using TestingEngine replay = Run(Settings(1).WithReproducibleTrace(engine.ReproducibleTrace), body);
        Assert.Equal(found, Assert.Single(replay.TestReport.BugReports));
    }

    [Theory]
    [InlineData("allg-freed-under-reader", "which thread")]
    [InlineData("list-without-tag", "a node was popped that somebody owns")]
    [InlineData("getfull-counts-idle-early", "")]
    public void A_seeded_defect_is_found(string name, string message)
    {
        Bug bug = BugCatalogue.Embedded().Find(name)!;
        Action body = PatchedBuild.Compile(bug.Diff).Body<CoyoteSync>(bug.Scenario);
        TestReport report = Test(body, ExecutionsToFailure);
        Assert.Contains(message, Assert.Single(report.BugReports), StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_that_wait_for_each_other_are_a_deadlock()
    {
        TestReport report = Test(
            static () =>
            {
                Mutex left = CoyoteSync.CreateMutex("left");
                Mutex right = CoyoteSync.CreateMutex("right");
                SyncThread other = CoyoteSync.StartThread("other", () => Take(right, left));
                Take(left, right);
                CoyoteSync.Join(other);
            },
            ExecutionsToFailure);
        Assert.Contains("Deadlock detected", Assert.Single(report.BugReports), StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_that_take_locks_in_one_order_are_no_deadlock()
    {
        TestReport report = Test(
            static () =>
            {
                Mutex left = CoyoteSync.CreateMutex("left");
                Mutex right = CoyoteSync.CreateMutex("right");
                SyncThread other = CoyoteSync.StartThread("other", () => Take(left, right));
                Take(left, right);
                CoyoteSync.Join(other);
            },
            Executions);
        Assert.Empty(report.BugReports);
    }

    [Fact]
    public void A_stop_of_the_world_is_followed_by_a_start()
        => Assert.Empty(Test(WorldProgress.Run, Executions, run: false).BugReports);

    [Fact]
    public void A_world_that_stays_stopped_is_a_liveness_bug()
    {
        TestReport report = Test(
            static () =>
            {
                Specification.RegisterMonitor<WorldRuns>();
                Specification.Monitor<WorldRuns>(new WorldRuns.Stopped());
            },
            1,
            run: false);
        Assert.Contains("liveness bug in hot state", Assert.Single(report.BugReports), StringComparison.Ordinal);
    }

    private static void Take(Mutex first, Mutex second)
    {
        CoyoteSync.Enter(first);
        CoyoteSync.Enter(second);
        CoyoteSync.Exit(second);
        CoyoteSync.Exit(first);
    }

    private static TestReport Test(Action body, int executions, bool run = true)
    {
        using TestingEngine engine = TestingEngine.Create(
            Settings(executions), run ? () => CoyoteSync.Run(body) : body);
        engine.Run();
        return engine.TestReport;
    }

    private static TestingEngine Run(Configuration configuration, Action body)
    {
        TestingEngine engine = TestingEngine.Create(configuration, () => CoyoteSync.Run(body));
        engine.Run();
        return engine;
    }

    private static Configuration Settings(int executions)
        => Configuration.Create()
            .WithTestingIterations((uint)executions)
            .WithDeadlockTimeout(DeadlockTimeoutMilliseconds)
            .WithRandomGeneratorSeed(1)
            .WithTelemetryEnabled(false);
}
