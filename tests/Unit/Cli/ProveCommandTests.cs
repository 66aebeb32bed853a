using System.Text.Json;
using Testbed.Cli;
using Testbed.Explorer;
using Testbed.Models;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Cli;

public sealed class ProveCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("testbed-prove").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_small_scenarios_are_proved_and_their_bounds_are_told()
    {
        CommandRun run = Prove([StubScenario.Fails("big"), StubScenario.Small("one"), StubScenario.Small("two")]);
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Contains("2 of 2 scenarios proved, no bug", run.Output, StringComparison.Ordinal);
        Assert.Contains("every interleaving explored: no failure", run.Output, StringComparison.Ordinal);
        Assert.Contains("a bound", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("big", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_stands_for_the_small_scenario_of_that_name()
    {
        CommandRun run = Prove([StubScenario.Fails("list"), StubScenario.Small("list-small")], "list");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Contains("1 of 1 scenario proved, no bug", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_ends_with_one_and_leaves_its_trace()
    {
        CommandRun run = Prove([StubScenario.SmallFails("one"), StubScenario.Small("two")]);
        Assert.Equal(ExitCode.BugFound, run.ExitCode);
        Assert.Contains("1 of 2 scenarios proved, 1 bug", run.Output, StringComparison.Ordinal);
        Assert.Contains("it fails: oracle", run.Output, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_proof_that_does_not_end_in_time_is_none()
    {
        CommandRun run = Prove([StubScenario.Small("long", TooLong)], "--timeout", "50ms");
        Assert.Equal(ExitCode.NotProved, run.ExitCode);
        Assert.Contains("0 of 1 scenario proved, no bug", run.Output, StringComparison.Ordinal);
        Assert.Contains("not every interleaving explored", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_JSON_object_has_the_verdicts()
    {
        CommandRun run = Prove([StubScenario.Small("one")], "--json");
        JsonElement scenario = JsonDocument.Parse(run.Output).RootElement.GetProperty("scenarios")[0];
        Assert.Equal("exhaustive", scenario.GetProperty("strategy").GetString());
        Assert.True(scenario.GetProperty("complete").GetBoolean());
        Assert.Contains("1 of 1 scenario proved", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--strategy", "random")]
    [InlineData("--iterations", "3")]
    [InlineData("nosuch")]
    public void What_makes_no_sense_for_a_proof_is_wrong_input(params string[] arguments)
        => Assert.Equal(ExitCode.WrongInput, Prove([StubScenario.Small("one")], arguments).ExitCode);

    /// <summary>Far more interleavings than there is time for.</summary>
    private static void TooLong()
    {
        uint sum = 0;
        for (int i = 0; i < 40; i++)
        {
            sum += ExplorerSync.Choose(8);
        }

        OracleException.Require(sum < 1000, "the sum is too large");
    }

    private CommandRun Prove(IReadOnlyList<Scenario> scenarios, params string[] arguments)
        => CommandRun.Of(scenarios, ["prove", "--out", _folder, .. arguments]);
}
