using Testbed.Explorer;
using Xunit;

namespace Testbed.Unit.Explorer;

/// <summary>The explorer as unit tests of somebody else's code use it.</summary>
public sealed class ExploreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("testbed").FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Explore.ReplayVariable, null);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_program_that_does_not_fail_passes() => Explore.Check(Programs.NoLostUpdate);

    [Fact]
    public void A_failure_shows_its_lanes_its_trace_and_the_command_that_replays_it()
    {
        string message = Fails(Programs.LostUpdate, out string trace);
        Assert.Contains("ExploreTests.Test: the counter is 1", message, StringComparison.Ordinal);
        Assert.Contains("step | main", message, StringComparison.Ordinal);
        Assert.EndsWith(
            $"replay: TESTBED_REPLAY=\"{trace}\" dotnet test --filter FullyQualifiedName~ExploreTests.Test",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_replayed_by_the_check_that_wrote_it_and_by_no_other()
    {
        Fails(Programs.LostUpdate, out string trace);
        Environment.SetEnvironmentVariable(Explore.ReplayVariable, trace);
        int runs = 0;
        Action counted = () =>
        {
            runs++;
            Programs.LostUpdate();
        };
        string message = Assert.Throws<ExplorationFailedException>(() => Check(counted)).Message;
        Assert.Contains("the counter is 1", message, StringComparison.Ordinal);
        Assert.Contains($"replayed from '{trace}'", message, StringComparison.Ordinal);
        Assert.Equal(1, runs);
        Explore.Check(Programs.NoLostUpdate, test: "Other", options: new() { MaxExecutions = 7 });
    }

    [Fact]
    public void A_trace_whose_bug_is_gone_passes_and_one_of_other_code_says_so()
    {
        Fails(Programs.LostUpdate, out string trace);
        Environment.SetEnvironmentVariable(Explore.ReplayVariable, trace);
        string message = Assert.Throws<ExplorationFailedException>(() => Check(Programs.NoLostUpdate)).Message;
        Assert.Contains("the code has changed since", message, StringComparison.Ordinal);
        Check(() => { });
    }

    private void Check(Action body)
        => Explore.Check(body, new() { TraceFolder = _folder }, test: "Test");

    private string Fails(Action body, out string trace)
    {
        string message = Assert.Throws<ExplorationFailedException>(() => Check(body)).Message;
        trace = Assert.Single(Directory.EnumerateFiles(_folder));
        return message;
    }
}
