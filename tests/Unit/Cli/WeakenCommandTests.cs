using System.Text.Json;
using System.Threading;
using Testbed.Cli;
using Testbed.Models;
using Xunit;

namespace Testbed.Unit.Cli;

public sealed class WeakenCommandTests : IDisposable
{
    private const string Killed = "Mark/LockFreeList/TryPop/split-compare-exchange/1";

    private static readonly Scenario[] s_scenarios = [Catalogue.Find("lock-free-list")!];

    private readonly string _file = Path.GetTempFileName();

    public WeakenCommandTests() => File.Delete(_file);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_mutant_that_a_scenario_notices_is_killed()
    {
        CommandRun run = Weaken(Killed, "--json");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        JsonElement mutant = Only(run.Output);
        Assert.Equal("killed", mutant.GetProperty("verdict").GetString());
        Assert.Equal("lock-free-list", mutant.GetProperty("scenario").GetString());
        Assert.Equal("oracle", mutant.GetProperty("failure").GetString());
        Assert.Contains("1 of 1 mutant killed (100.0%)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mutant_that_no_scenario_comes_to_survives()
    {
        CommandRun run = Weaken("Mark/ParallelFor/StealLate/drop-spin", "--markdown");
        Assert.Equal(ExitCode.MutantUnexplained, run.ExitCode);
        Assert.Contains("no scenario comes here | **not explained** |", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_kept_and_taken_up_again()
    {
        Weaken(Killed, "--resume", _file);
        Assert.Equal("killed", Only(File.ReadAllText(_file)).GetProperty("verdict").GetString());

        // What the file says counts, as long as the source is the same.
        Rewrite("\"killed\"", "\"survived\"");
        CommandRun survived = Weaken(Killed, "--resume", _file);
        Assert.Equal(ExitCode.MutantUnexplained, survived.ExitCode);
        Assert.Contains($"{Killed}: survived, and nobody has said why", survived.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Clean, Weaken(Killed, "--resume", _file, "--again").ExitCode);

        Rewrite("\"killed\"", "\"survived\"");
        Rewrite("\"source\": \"", "\"source\": \"x");
        Assert.Equal(ExitCode.Clean, Weaken(Killed, "--resume", _file).ExitCode);
    }

    [Fact]
    public void Mutants_are_listed_by_filter_and_kind()
    {
        CommandRun run = Weaken("Mark/LockFreeList", "World/AllGoroutines", "--kind", "drop-lock,plain-write", "--list");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        string[] ids = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];
        Assert.Contains("World/AllGoroutines/Add/drop-lock/1", ids);
        Assert.All(ids, id => Assert.Matches("^World/AllGoroutines/.*/(drop-lock|plain-write)/[0-9]$", id));
    }

    [Fact]
    public void An_interruption_keeps_what_was_found()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        CommandRun run = CommandRun.Cancellable(s_scenarios, ["weaken", Killed], cancel.Token);
        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("interrupted after 0 of 1", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nosuch")]
    [InlineData("--kind", "nosuch")]
    [InlineData("--timeout", "0")]
    [InlineData("--resume", "/")]
    public void What_makes_no_sense_is_wrong_input(params string[] arguments)
        => Assert.Equal(ExitCode.WrongInput, Weaken(arguments).ExitCode);

    [Fact]
    public void A_file_that_holds_something_else_is_wrong_input()
    {
        File.WriteAllText(_file, "{ \"seed\": \"x\" }");
        Assert.Equal(ExitCode.WrongInput, Weaken(Killed, "--resume", _file).ExitCode);
    }

    private static CommandRun Weaken(params string[] arguments)
        => CommandRun.Of(s_scenarios, ["weaken", "--workers", "1", .. arguments]);

    private static JsonElement Only(string json)
        => Assert.Single(JsonDocument.Parse(json).RootElement.GetProperty("mutants").EnumerateArray());

    private void Rewrite(string old, string replacement)
        => File.WriteAllText(_file, File.ReadAllText(_file).Replace(old, replacement, StringComparison.Ordinal));
}
