using System.Text.Json;
using System.Threading;
using Testbed.Cli;
using Xunit;

namespace Testbed.Unit.Cli;

/// <summary><c>--checkpoint</c>, <c>--shard</c> and <c>testbed merge</c>.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("testbed-checkpoint").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_hunt_goes_on_from_its_checkpoint()
    {
        Assert.Contains("no bug in 5 executions", Test("c", "--iterations", "5").Output, StringComparison.Ordinal);
        CommandRun more = Test("c", "--iterations", "8");
        Assert.Equal(ExitCode.Clean, more.ExitCode);
        Assert.Contains("no bug in 8 executions", more.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_hunt_says_how_to_go_on()
    {
        using var cancel = new CancellationTokenSource();
        int executions = 0;
        var scenario = new StubScenario("passes", false, () =>
        {
            if (++executions == 100)
            {
                cancel.Cancel();
            }
        });
        CommandRun run = CommandRun.Cancellable(
            [scenario], ["test", "--checkpoint", File("c"), "--timeout", "1m"], cancel.Token);
        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("the same command goes on from there", run.Output, StringComparison.Ordinal);
        using JsonDocument kept = JsonDocument.Parse(System.IO.File.ReadAllText(File("c")));
        Assert.True(kept.RootElement.GetProperty("scenarios")[0].GetProperty("sampled").GetInt64() > 0);
    }

    [Fact]
    public void What_was_found_before_is_told_again_and_not_hunted_again()
    {
        Assert.Equal(ExitCode.BugFound, Fails("c").ExitCode);
        CommandRun again = Fails("c");
        Assert.Equal(ExitCode.BugFound, again.ExitCode);
        Assert.Contains("fails: found before: oracle in execution 0: " + StubScenario.Message, again.Output, StringComparison.Ordinal);
        Assert.Contains("trace: " + _folder, again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("its seed is 1, not 2", "--seed", "2")]
    [InlineData("its strategy is portfolio, not random", "--strategy", "random")]
    [InlineData("its bound on steps is 20000, not 9", "--max-steps", "9")]
    public void A_checkpoint_of_another_hunt_is_refused(string difference, params string[] options)
    {
        Test("c", "--iterations", "5");
        string before = System.IO.File.ReadAllText(File("c"));
        CommandRun other = Test("c", ["--iterations", "5", .. options]);
        Assert.Equal(ExitCode.WrongInput, other.ExitCode);
        Assert.Contains($"of passes, {difference}", other.Error, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllText(File("c")));
    }

    [Fact]
    public void A_checkpoint_of_another_build_is_refused()
    {
        Test("c", "--iterations", "5");
        string text = System.IO.File.ReadAllText(File("c"));
        System.IO.File.WriteAllText(
            File("c"), text.Replace(Fingerprint.Compute(""), "0123456789abcdef", StringComparison.Ordinal));
        Assert.Contains("its build is 0123456789abcdef", Test("c", "--iterations", "5").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"testbed":2,"scenarios":[]}""")]
    [InlineData("""{"testbed":1}""")]
    [InlineData("""{"testbed":1,"scenarios":[{"scenario":"passes"}]}""")]
    public void A_damaged_checkpoint_is_wrong_input_and_is_left_alone(string text)
    {
        System.IO.File.WriteAllText(File("c"), text);
        foreach (CommandRun run in (CommandRun[])[Test("c", "--iterations", "5"), CommandRun.Of("merge", File("c"))])
        {
            Assert.Equal(ExitCode.WrongInput, run.ExitCode);
            Assert.Contains("is no checkpoint of testbed, or damaged", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(text, System.IO.File.ReadAllText(File("c")));
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_hunt_before_it_begins()
    {
        CommandRun run = Test(Path.Combine("none", "c"), "--iterations", "5");
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("cannot be written", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--shard goes with --checkpoint", "--shard", "1/2")]
    [InlineData("'0/2' is not a part of a number of parts", "--shard", "0/2")]
    public void A_shard_that_makes_no_sense_is_refused(string complaint, params string[] options)
    {
        CommandRun run = CommandRun.Of([StubScenario.Passes()], ["test", .. options]);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_learning_strategy_has_no_checkpoint()
        => Assert.Contains(
            "each execution learns from all before it",
            Test("c", "--strategy", "feedback").Error,
            StringComparison.Ordinal);

    [Fact]
    public void Shards_are_merged()
    {
        Test("a", "--iterations", "9", "--shard", "1/2");
        Test("b", "--iterations", "9", "--shard", "2/2");
        CommandRun both = CommandRun.Of("merge", File("a"), File("b"));
        Assert.Equal(ExitCode.Clean, both.ExitCode);
        Assert.Contains("passes: no failure", both.Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of("merge", File("a"), File("b"), "--json").Output);
        JsonElement merged = json.RootElement.GetProperty("scenarios")[0];
        Assert.Equal(9, merged.GetProperty("executions").GetInt64());
        Assert.True(merged.GetProperty("isWhole").GetBoolean());
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        Test("b", "--iterations", "9", "--shard", "2/3");
        CommandRun one = CommandRun.Of("merge", File("b"));
        Assert.Equal(ExitCode.NotProved, one.ExitCode);
        Assert.Contains(
            "no failure so far; of shards 1, 3 there is no checkpoint", one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_of_a_proof_is_proved_alone_and_the_whole_by_the_merge()
    {
        CommandRun proof = CommandRun.Of(
            [StubScenario.Small("small")], "prove", "--shard", "1/2", "--checkpoint", File("a"));
        Assert.Equal(ExitCode.Clean, proof.ExitCode);
        Assert.Contains("part 1/2 explored: no failure", proof.Output, StringComparison.Ordinal);
        CommandRun merged = CommandRun.Of("merge", File("a"));
        Assert.Equal(ExitCode.Clean, merged.ExitCode);
        Assert.Contains("small: every interleaving explored: no failure", merged.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_of_a_shard_is_one_of_the_whole()
    {
        Fails("a", "--shard", "1/2");
        CommandRun merged = CommandRun.Of("merge", File("a"));
        Assert.Equal(ExitCode.BugFound, merged.ExitCode);
        Assert.Contains("fails: it fails: oracle", merged.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_shard_twice_or_shards_of_two_hunts_are_not_merged()
    {
        Test("a", "--iterations", "9", "--shard", "1/2");
        Test("b", "--iterations", "9", "--shard", "2/2", "--seed", "2");
        CommandRun same = CommandRun.Of("merge", File("a"), File("a"));
        Assert.Equal(ExitCode.WrongInput, same.ExitCode);
        Assert.Contains("are both of shard 1/2 of passes", same.Error, StringComparison.Ordinal);
        CommandRun other = CommandRun.Of("merge", File("a"), File("b"));
        Assert.Equal(ExitCode.WrongInput, other.ExitCode);
        Assert.Contains("of passes, its seed is 2, not 1", other.Error, StringComparison.Ordinal);
    }

    private string File(string name) => Path.Combine(_folder, name);

    private CommandRun Test(string checkpoint, params string[] options)
        => CommandRun.Of([StubScenario.Passes()], ["test", "passes", "--checkpoint", File(checkpoint), .. options]);

    private CommandRun Fails(string checkpoint, params string[] options)
        => CommandRun.Of(
            [StubScenario.Fails()],
            ["test", "fails", "--checkpoint", File(checkpoint), "--out", _folder, "--iterations", "5", .. options]);
}
