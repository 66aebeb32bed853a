using System.Text.Json;
using System.Threading;
using Testbed.Cli;
using Testbed.Models;
using Xunit;

namespace Testbed.Unit.Cli;

public sealed class TestCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("testbed-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_clean_hunt_ends_with_zero()
    {
        CommandRun run = Run([StubScenario.Passes()]);
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Contains("no bug in 5 executions of 1 scenario, seed 1", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_bug_ends_with_one_and_shows_its_schedule_its_trace_and_how_to_replay_it()
    {
        CommandRun run = Run([StubScenario.Fails(), StubScenario.Passes()]);
        Assert.Equal(ExitCode.BugFound, run.ExitCode);
        Assert.Contains("fails: oracle in execution ", run.Output, StringComparison.Ordinal);
        Assert.Contains(StubScenario.Message, run.Output, StringComparison.Ordinal);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        Assert.StartsWith("fails-1-", Path.GetFileName(trace), StringComparison.Ordinal);
        Assert.Contains($"testbed replay {trace}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_replayed_with_the_same_outcome_every_time()
    {
        Run([StubScenario.Fails()]);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        CommandRun replay = CommandRun.Of([StubScenario.Fails()], "replay", trace, "--times", "10");
        Assert.Equal(ExitCode.BugFound, replay.ExitCode);
        Assert.Contains("reproduced: same failure at step ", replay.Output, StringComparison.Ordinal);
        Assert.Contains("the same in all 10 runs", replay.Output, StringComparison.Ordinal);
        Assert.Empty(replay.Error);
    }

    [Fact]
    public void A_trace_whose_bug_is_gone_ends_with_zero()
    {
        Run([StubScenario.Fails()]);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        CommandRun replay = CommandRun.Of([StubScenario.Passes("fails")], "replay", trace);
        Assert.Equal(ExitCode.Clean, replay.ExitCode);
        Assert.Contains("not reproduced", replay.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_of_a_scenario_that_is_gone_is_wrong_input()
    {
        Run([StubScenario.Fails()]);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        CommandRun replay = CommandRun.Of([StubScenario.Passes()], "replay", trace);
        Assert.Equal(ExitCode.WrongInput, replay.ExitCode);
        Assert.Contains("there is no scenario 'fails'", replay.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_of_another_build_is_replayed_with_a_warning()
    {
        Run([StubScenario.Fails()]);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        File.WriteAllText(
            trace,
            File.ReadAllText(trace).Replace(Fingerprint.Compute(""), "0123456789abcdef", StringComparison.Ordinal));
        CommandRun replay = CommandRun.Of([StubScenario.Fails()], "replay", trace);
        Assert.Equal(ExitCode.BugFound, replay.ExitCode);
        Assert.Contains("recorded by another build (0123456789abcdef", replay.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_trace_is_wrong_input()
    {
        Run([StubScenario.Fails()]);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        string text = File.ReadAllText(trace);
        File.WriteAllText(trace, text[..(text.Length / 2)]);
        CommandRun replay = CommandRun.Of([StubScenario.Fails()], "replay", trace);
        Assert.Equal(ExitCode.WrongInput, replay.ExitCode);
        Assert.Contains(trace, replay.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_and_all_else_is_elsewhere()
    {
        CommandRun run = Run([StubScenario.Fails(), StubScenario.Passes()], "--json", "--seed", "7");
        Assert.Equal(ExitCode.BugFound, run.ExitCode);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement[] scenarios = [.. json.RootElement.GetProperty("scenarios").EnumerateArray()];
        Assert.Equal(2, scenarios.Length);
        Assert.Equal(
            [
                "name", "strategy", "seed", "executions", "distinct", "steps", "seconds", "executionsPerSecond",
                "complete", "blocked", "depth", "preemptions", "verdict", "estimate", "shard", "guarantee", "failures",
            ],
            scenarios[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal("fails", scenarios[0].GetProperty("name").GetString());
        Assert.Equal(7u, scenarios[0].GetProperty("seed").GetUInt64());
        Assert.Equal(5, scenarios[1].GetProperty("executions").GetInt64());
        JsonElement failure = Assert.Single(scenarios[0].GetProperty("failures").EnumerateArray());
        Assert.Equal(
            [
                "kind", "message", "execution", "steps", "preemptions", "foundSteps", "foundPreemptions", "shrinking",
                "trace",
            ],
            failure.EnumerateObject().Select(member => member.Name));
        Assert.Equal("oracle", failure.GetProperty("kind").GetString());
        Assert.True(File.Exists(failure.GetProperty("trace").GetString()));
        Assert.Empty(scenarios[1].GetProperty("failures").EnumerateArray());
        Assert.Contains("fails: oracle in execution", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canary_that_is_found_leaves_the_hunt_clean()
    {
        CommandRun run = Run([StubScenario.Passes(), StubScenario.Canary()]);
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Contains("canary: found", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_canary_has_the_executions_that_it_needs()
    {
        Scenario canary = Catalogue.All.First(entry => entry.IsCanary);
        CommandRun run = Run([StubScenario.Passes(), canary], "--iterations", "1");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
    }

    [Fact]
    public void A_canary_that_is_not_found_is_an_internal_error()
    {
        CommandRun run = Run([StubScenario.Passes(), StubScenario.SilencedCanary()], "--timeout", "1s");
        Assert.Equal(ExitCode.InternalError, run.ExitCode);
        Assert.Contains("CANARY NOT FOUND", run.Output, StringComparison.Ordinal);
        Assert.Contains("the engine no longer interleaves", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canary_that_is_asked_for_is_shown_like_any_bug()
    {
        CommandRun run = Run([StubScenario.Canary()], "canary");
        Assert.Equal(ExitCode.BugFound, run.ExitCode);
        Assert.Contains(StubScenario.Message, run.Output, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void Only_the_scenarios_that_are_named_are_hunted()
    {
        CommandRun run = Run([StubScenario.Passes(), StubScenario.Fails()], "passes");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.DoesNotContain("fails", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_hunt_says_what_it_found()
    {
        using var cancel = new CancellationTokenSource();
        var interrupting = new StubScenario("interrupting", false, cancel.Cancel);
        CommandRun run = CommandRun.Cancellable(
            [StubScenario.Fails(), interrupting, StubScenario.Passes()], ["test", "--out", _folder], cancel.Token);
        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("interrupted: 1 bug in ", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 had no turn", run.Output, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_wrong_input()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        CommandRun run = CommandRun.Of([StubScenario.Passes()], "test", "--out", file);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("--out: traces cannot be written to", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_cannot_be_written_does_not_hide_the_bug()
    {
        Run([StubScenario.Fails()]);
        string trace = Assert.Single(Directory.EnumerateFiles(_folder));
        File.Delete(trace);
        Directory.CreateDirectory(trace);
        CommandRun run = Run([StubScenario.Fails(), StubScenario.Passes()]);
        Assert.Equal(ExitCode.BugFound, run.ExitCode);
        Assert.Contains("the trace could not be written to", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 bug in ", run.Output, StringComparison.Ordinal);
        Assert.Contains("of 2 scenarios", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_patch_is_hunted_and_its_trace_replays_without_the_patch_file()
    {
        // The name of a production scenario, since a patched build has no others.
        string scenario = Catalogue.All.First(entry => entry.IsCanary).Name;
        string patch = Path.Combine(_folder, "x.diff");
        File.WriteAllText(
            patch, "--- /dev/null\n+++ b/src/Collector/P.cs\n@@ -0,0 +1 @@\n+namespace Testbed.Collector;\n");
        string traces = Path.Combine(_folder, "traces");
        CommandRun hunt = CommandRun.Of("test", scenario, "--patch", patch, "--out", traces);
        Assert.Equal(ExitCode.BugFound, hunt.ExitCode);
        File.Delete(patch);
        CommandRun replay = CommandRun.Of("replay", Assert.Single(Directory.EnumerateFiles(traces)));
        Assert.Equal(ExitCode.BugFound, replay.ExitCode);
        Assert.Empty(replay.Error);
    }

    [Fact]
    public void A_known_bug_is_told_with_its_story()
    {
        string scenario = Catalogue.All.First(entry => entry.IsCanary).Name;
        string bug = Directory.CreateDirectory(Path.Combine(_folder, "bugs", "known")).FullName;
        File.WriteAllText(
            Path.Combine(bug, "bug.json"),
            $$"""
            {
              "name": "known", "summary": "a summary", "story": "a story", "scenario": "{{scenario}}",
              "expected": ["deadlock"], "origin": "none"
            }
            """);
        File.WriteAllText(
            Path.Combine(bug, "bug.diff"),
            "--- /dev/null\n+++ b/src/Collector/P.cs\n@@ -0,0 +1 @@\n+namespace Testbed.Collector;\n");
        string traces = Path.Combine(_folder, "traces");
        CommandRun run = CommandRun.Of(
            "test", "--bug", "known", "--bugs-dir", Path.GetDirectoryName(bug)!, "--out", traces);
        Assert.Equal(ExitCode.BugFound, run.ExitCode);
        Assert.Contains("a story", run.Output, StringComparison.Ordinal);
        Assert.Contains("it was to show as deadlock, not as oracle", run.Output, StringComparison.Ordinal);
        string trace = Assert.Single(Directory.EnumerateFiles(traces));
        Assert.StartsWith($"{scenario}-known-1-", Path.GetFileName(trace), StringComparison.Ordinal);
    }

    [Fact]
    public void A_patch_that_does_not_apply_is_wrong_input()
    {
        string patch = Path.Combine(_folder, "x.diff");
        File.WriteAllText(patch, "--- a/src/Collector/None.cs\n+++ b/src/Collector/None.cs\n@@ -1 +1 @@\n-a\n+b\n");
        CommandRun run = CommandRun.Of("test", "--patch", patch);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("src/Collector/None.cs: there is no such file", run.Error, StringComparison.Ordinal);
    }

    private CommandRun Run(IReadOnlyList<Scenario> scenarios, params string[] arguments)
        => CommandRun.Of(
            scenarios, ["test", .. Bounded(arguments), "--workers", "1", "--out", _folder, .. arguments]);

    private static string[] Bounded(string[] arguments)
        => arguments.Contains("--iterations") ? [] : ["--iterations", "5"];
}
