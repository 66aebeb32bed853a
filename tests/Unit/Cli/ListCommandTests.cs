using System.Text.Json;
using Testbed.Bugs;
using Testbed.Cli;
using Testbed.Models;
using Xunit;

namespace Testbed.Unit.Cli;

public class ListCommandTests
{
    [Fact]
    public void All_scenarios_and_bugs_are_listed()
    {
        CommandRun run = CommandRun.Of("list");
        Assert.Equal(ExitCode.Clean, run.ExitCode);
        Assert.All(Catalogue.All, entry => Assert.Contains(entry.Name, run.Output, StringComparison.Ordinal));
        Assert.All(BugCatalogue.Embedded().All, bug => Assert.Contains(bug.Name, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_is_one_object_with_scenarios_and_bugs()
    {
        CommandRun run = CommandRun.Of([StubScenario.Canary()], "list", "--json");
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement scenario = Assert.Single(json.RootElement.GetProperty("scenarios").EnumerateArray());
        Assert.Equal("canary", scenario.GetProperty("name").GetString());
        Assert.Equal("a stub", scenario.GetProperty("summary").GetString());
        Assert.True(scenario.GetProperty("canary").GetBoolean());
        Assert.Equal(JsonValueKind.Array, json.RootElement.GetProperty("bugs").ValueKind);
    }
}
