using Testbed.Cli;
using Testbed.Models;
using Xunit;

namespace Testbed.Unit.Cli;

public sealed class ReportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("testbed-report").FullName;
    private readonly string _trace;

    public ReportCommandTests()
    {
        CommandRun hunt = CommandRun.Of("test", "canary", "--out", _folder);
        _trace = Assert.Single(Directory.EnumerateFiles(_folder));
        Assert.Contains($"testbed report {_trace}", hunt.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_page_is_written_beside_the_trace_with_its_source_lines()
    {
        CommandRun run = CommandRun.Of("report", _trace);
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        string page = File.ReadAllText(Path.ChangeExtension(_trace, ".html"));
        Assert.Contains("TSync.RacyWrite(counter, count + 1);", page, StringComparison.Ordinal);
        Assert.Contains($"testbed replay {_trace}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_goes_to_the_terminal_and_trace_events_to_the_file_that_was_named()
    {
        CommandRun text = CommandRun.Of("report", _trace, "--format", "text");
        Assert.Contains("What happened:", text.Output, StringComparison.Ordinal);
        string file = Path.Combine(_folder, "events.json");
        Assert.Equal(
            ExitCode.Clean, CommandRun.Of("report", _trace, "--format", "perfetto", "--out", file).ExitCode);
        Assert.Contains("traceEvents", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_trace_is_wrong_input()
    {
        string file = Path.Combine(_folder, "no-trace.json");
        File.WriteAllText(file, "{}");
        CommandRun run = CommandRun.Of("report", file);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("is no trace to replay", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bug_that_is_gone_has_no_report()
    {
        Scenario[] fixedScenarios = [StubScenario.Passes("canary")];
        CommandRun run = CommandRun.Of(fixedScenarios, "report", _trace);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.NotEmpty(run.Error);
        Assert.False(File.Exists(Path.ChangeExtension(_trace, ".html")));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_wrong_input()
    {
        CommandRun run = CommandRun.Of("report", _trace, "--out", Path.Combine(_folder, "none", "page.html"));
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("--out: the report cannot be written", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_to_a_step_prints_the_state()
    {
        CommandRun run = CommandRun.Of("replay", _trace, "--to", "1");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Contains("after step 1 of ", run.Output, StringComparison.Ordinal);
        Assert.Contains("next is ", run.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongInput, CommandRun.Of("replay", _trace, "--to", "10000").ExitCode);
        Assert.Equal(ExitCode.WrongInput, CommandRun.Of("replay", _trace, "--to", "1", "--times", "2").ExitCode);
    }

    [Fact]
    public void A_break_without_a_debugger_gives_up()
    {
        Assert.SkipWhen(System.Diagnostics.Debugger.IsAttached, "a debugger is attached, and would stop");
        CommandRun run = CommandRun.Of("replay", _trace, "--break");
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("for a debugger to attach to process", run.Error, StringComparison.Ordinal);
        Assert.Contains("no debugger was attached", run.Error, StringComparison.Ordinal);
    }
}
