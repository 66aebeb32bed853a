using System.Text.Json;
using System.Threading;
using Testbed.Bugs;
using Testbed.Cli;
using Testbed.Cli.Bugs;
using Testbed.Explorer;
using Testbed.Models;
using Xunit;

namespace Testbed.Unit.Cli;

public sealed class BugsCommandTests : IDisposable
{
    private const string Quick = "list-pop-without-swap";

    private readonly string _folder = Directory.CreateTempSubdirectory("testbed-bugs").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_bug_that_is_found_has_a_row_that_says_how()
    {
        CommandRun run = CommandRun.Of("bugs", Quick, "handoff-loses-half", "--seeds", "3", "--markdown");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        string row = Assert.Single(run.Output.Split('\n'), line => line.StartsWith($"| `{Quick}` |", StringComparison.Ordinal));
        Assert.Contains("| yes |", row, StringComparison.Ordinal);
        Assert.Contains("2 of 2 bugs found", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_says_how_it_was_made_and_where_each_bug_comes_from()
    {
        CommandRun run = CommandRun.Of(
            "bugs", Quick, "list-without-tag", "--seeds", "1", "--no-shrink", "--all", "--markdown");
        Assert.StartsWith(
            $"# Known bugs\n\n    testbed bugs {Quick} list-without-tag --seeds 1 --no-shrink --all --markdown\n",
            run.Output.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        string[] parts =
        [
            "## Bugs of the original runtime", "| `list-without-tag` |", "## Seeded defects", $"| `{Quick}` |",
            "## Bugs of the original runtime that cannot arise",
        ];
        int[] places = [.. parts.Select(part => run.Output.IndexOf(part, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(100, 1)]
    public void Failures_are_shrunk_until_one_has_no_more_preemptions_than_its_bug_needs(int needed, int shrunk)
    {
        Bug bug = BugCatalogue.Embedded().Find("list-without-tag")! with { Preemptions = needed };
        var hunt = new BugHunt(Catalogue.All, firstSeed: 1, seeds: 3, TimeSpan.FromSeconds(10), shrinks: true);
        BugResult result = Assert.Single(hunt.Run(bug, [Strategies.Default], CancellationToken.None)!);
        Failure[] failures = [.. result.Hunts.SelectMany(hunted => hunted.Failures)];
        Assert.Equal(3, failures.Length);
        Assert.Equal(shrunk, failures.Count(failure => failure.Shrinking is not null));
        Assert.Equal(failures.Take(shrunk).Min(failure => failure.Preemptions), result.Shrunk!.Preemptions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_cannot_arise_is_told_with_its_reason_when_asked_for(bool asked)
    {
        AbsentBug absent = BugCatalogue.Embedded().Absent[0];
        string[] arguments = ["bugs", Quick, "--seeds", "1", "--no-shrink"];
        CommandRun run = CommandRun.Of(asked ? [.. arguments, "--all"] : arguments);
        Assert.Equal(
            asked,
            run.Output.Contains(
                $"{absent.Name} ({absent.Origin}) cannot arise: {absent.CannotArise}", StringComparison.Ordinal));
        Assert.Contains("1 of 1 bug found", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, null)]
    [InlineData(1, ": fewer are enough")]
    public void Preemptions_that_differ_from_those_counted_by_hand_are_told(int difference, string? end)
    {
        CommandRun counted = CommandRun.Of("bugs", Quick, "--seeds", "1", "--json");
        int left = JsonDocument.Parse(counted.Output).RootElement.GetProperty("bugs")[0]
            .GetProperty("preemptions").GetInt32();
        int needed = left + difference;
        Plant("to-count", expected: "oracle", withChange: true, needed);
        CommandRun run = CommandRun.Of("bugs", "--bugs-dir", _folder, "--seeds", "1");
        Assert.Contains("1 of 1 bug found", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            end is null
                ? null
                : $"to-count is to need {FailureText.Count(needed, "preemption")}, and its schedule is left with {left}{end}",
            run.Output.Split('\n', '\r')
                .FirstOrDefault(line => line.Contains("is left with", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_JSON_object_has_each_hunt()
    {
        CommandRun run = CommandRun.Of("bugs", Quick, "--seeds", "3", "--seed", "7", "--no-shrink", "--json");
        JsonElement bug = JsonDocument.Parse(run.Output).RootElement.GetProperty("bugs")[0];
        Assert.True(bug.GetProperty("found").GetBoolean());
        Assert.Equal(
            [7, 8, 9], bug.GetProperty("hunts").EnumerateArray().Select(hunt => hunt.GetProperty("seed").GetInt32()));
        long[] executions =
            [.. bug.GetProperty("hunts").EnumerateArray().Select(hunt => hunt.GetProperty("executions").GetInt64()).Order()];
        Assert.Equal(executions[1], bug.GetProperty("executions").GetInt64());
    }

    [Fact]
    public void A_schedule_that_was_not_shrunk_is_not_told_of()
    {
        Plant("to-count", expected: "oracle", withChange: true, preemptions: 1_000);
        CommandRun run = CommandRun.Of("bugs", "--bugs-dir", _folder, "--seeds", "1", "--no-shrink", "--json");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.DoesNotContain("is left with", run.Error, StringComparison.Ordinal);
        JsonElement bug = JsonDocument.Parse(run.Output).RootElement.GetProperty("bugs")[0];
        Assert.Equal(JsonValueKind.Null, bug.GetProperty("preemptions").ValueKind);
        Assert.True(bug.GetProperty("found").GetBoolean());
    }

    [Fact]
    public void A_bug_that_is_not_there_is_missed()
    {
        Plant("harmless", expected: "oracle", withChange: false);
        CommandRun run = CommandRun.Of("bugs", "--bugs-dir", _folder, "--timeout", "100ms");
        Assert.Equal(ExitCode.BugMissed, run.ExitCode);
        Assert.Contains("0 of 1 bug found", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bug_that_shows_as_another_kind_than_it_is_to_is_told()
    {
        Plant("strange", expected: "lost-wakeup", withChange: true);
        CommandRun run = CommandRun.Of("bugs", "--bugs-dir", _folder, "--seeds", "1");
        Assert.Equal(ExitCode.BugMissed, run.ExitCode);
        Assert.Contains("and is to show as lost-wakeup", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exhaustive_strategy_hunts_in_the_small_scenario()
    {
        CommandRun run = CommandRun.Of("bugs", Quick, "mark-without-swap", "--exhaustive", "--json");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Equal(
            ["lock-free-list-small", "mark-bits-small"],
            JsonDocument.Parse(run.Output).RootElement.GetProperty("bugs").EnumerateArray()
                .Select(bug => bug.GetProperty("scenario").GetString()));
    }

    [Fact]
    public void Strategies_stand_side_by_side()
    {
        CommandRun run = CommandRun.Of(
            "bugs", Quick, "--compare-strategies", "--seeds", "1", "--no-shrink", "--markdown");
        Assert.Contains("| what the change does | portfolio | random |", run.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Clean, run.ExitCode);
    }

    [Fact]
    public void An_interruption_keeps_what_was_hunted()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        CommandRun run = CommandRun.Cancellable(Catalogue.All, ["bugs", Quick], cancel.Token);
        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("interrupted: 0 of 1 bug hunted", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nosuch")]
    [InlineData("--exhaustive", "--compare-strategies")]
    [InlineData("--seeds", "0")]
    [InlineData("--bugs-dir", "/nonexistent")]
    public void What_makes_no_sense_is_wrong_input(params string[] arguments)
        => Assert.Equal(ExitCode.WrongInput, CommandRun.Of(["bugs", .. arguments]).ExitCode);

    [Theory]
    [InlineData("portfolio", 0, "random")]
    [InlineData("portfolio", 11, "surw")]
    [InlineData("pct", 0, "random")]
    [InlineData("pct", 1, "pct")]
    [InlineData("pos", 0, "pos")]
    public void The_sampler_of_an_execution_is_known_by_its_number(string strategy, long execution, string sampler)
        => Assert.Equal(sampler, Strategies.SamplerOf(strategy, execution));

    /// <summary>Puts a bug into the folder: that of the quick one, or one that changes nothing.</summary>
    private void Plant(string name, string expected, bool withChange, int? preemptions = null)
    {
        Bug quick = BugCatalogue.Embedded().Find(Quick)!;
        string diff = withChange ? quick.Diff : Harmless(quick.Diff);
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "bug.diff"), diff);
        File.WriteAllText(
            Path.Combine(folder, "bug.json"),
            JsonSerializer.Serialize(new
            {
                name,
                summary = "a bug",
                story = "a story",
                scenario = quick.Scenario,
                expected = new[] { expected },
                origin = "seeded",
                preemptions,
            }));
    }

    /// <summary>The same place, changed by an empty line more.</summary>
    private static string Harmless(string diff)
    {
        string[] lines = diff.Split('\n');
        int first = Array.FindIndex(lines, line => line.StartsWith("@@", StringComparison.Ordinal));
        string[] context = [.. lines.Skip(first + 1).Where(line => line.StartsWith(' ')).Take(1)];
        int number = int.Parse(lines[first].Split('-', ',')[1], System.Globalization.CultureInfo.InvariantCulture);
        return string.Join('\n', [.. lines.Take(first), $"@@ -{number},1 +{number},2 @@", .. context, "+", ""]);
    }
}
