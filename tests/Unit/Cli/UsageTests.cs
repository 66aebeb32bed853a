using Testbed.Cli;
using Xunit;

namespace Testbed.Unit.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("", "Required command")]
    [InlineData("tset", "did you mean 'test'?")]
    [InlineData("list extra", "'extra' is no command, argument or option here")]
    [InlineData("test --iteration 3", "did you mean '--iterations'?")]
    [InlineData("test --iterations 0", "--iterations: '0' is not a whole number from 1 to")]
    [InlineData("test --iterations many", "'many' is not a whole number")]
    [InlineData("test --iterations 99999999999999999999", "is not a whole number")]
    [InlineData("test --iterations", "--iterations")]
    [InlineData("test --seed -1", "--seed: '-1' is not a whole number from 0 to 18446744073709551615")]
    [InlineData("test --workers 0", "--workers: '0' is not a whole number from 1 to")]
    [InlineData("test --max-steps 0", "--max-steps: '0' is not")]
    [InlineData("test --timeout 0", "--timeout: '0' is not a time above zero")]
    [InlineData("test --timeout -5s", "'-5s' is not a time")]
    [InlineData("test --timeout NaN", "'NaN' is not a time")]
    [InlineData("test --timeout 1e300", "'1e300' is not a time")]
    [InlineData("test --timeout 9999999999h", "is not a time")]
    [InlineData("test --timeout s", "'s' is not a time")]
    [InlineData("test --strategy pctt", "did you mean 'pct'?")]
    [InlineData("test --interesting work.*,,mark", "'work.*,,mark' has an empty part")]
    [InlineData("test pases", "there is no scenario 'pases'; did you mean 'passes'?")]
    [InlineData("test --bug nothing-like-it", "there is no bug 'nothing-like-it'")]
    [InlineData("test --patch no/such/file", "--patch: 'no/such/file' cannot be read")]
    [InlineData("test --bug x --bugs-dir no/such/folder", "no/such/folder")]
    [InlineData("replay", "replay")]
    [InlineData("replay no/such/file", "no/such/file")]
    [InlineData("replay x --times 0", "--times: '0' is not")]
    public void Wrong_usage_is_explained_and_has_its_exit_code(string line, string message)
    {
        string[] arguments = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandRun run = CommandRun.Of([StubScenario.Passes()], arguments);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.StartsWith("testbed: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("test --help")]
    [InlineData("replay --help")]
    [InlineData("test --seed nonsense --help")]
    public void Help_shows_the_exit_codes(string line)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.Contains("130  interrupted", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("2", 2_000)]
    [InlineData("0.25", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    public void A_time_has_a_unit_or_is_in_seconds(string text, double milliseconds)
    {
        var option = new System.CommandLine.Option<TimeSpan?>("--time") { CustomParser = OptionValues.Duration };
        var command = new System.CommandLine.RootCommand { option };
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), command.Parse(["--time", text]).GetValue(option));
    }
}
