using System.CommandLine;
using Spectre.Console;
using Testbed.Bugs;
using Testbed.Models;

namespace Testbed.Cli;

/// <summary><c>testbed list</c>: the scenarios and the known bugs.</summary>
internal static class ListCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        Option<string?> bugs = CommonOptions.BugsDirectory();
        var command = new Command("list", "Lists the scenarios, and the known bugs that hunts must find.") { json, bugs };
        command.SetAction(result =>
        {
            BugCatalogue catalogue = CommonOptions.Bugs(result.GetValue(bugs));
            if (result.GetValue(json))
            {
                context.Output.WriteLine(JsonText.Write(Describe(context.Scenarios, catalogue)));
            }
            else
            {
                Print(context, catalogue);
            }

            return ExitCode.Clean;
        });
        return command;
    }

    private static object Describe(IReadOnlyList<Scenario> scenarios, BugCatalogue bugs)
        => new
        {
            Scenarios = scenarios.Select(entry => new
            {
                entry.Name,
                entry.Summary,
                Canary = entry.IsCanary,
                entry.Bounds,
            }),
            Bugs = bugs.All.Select(entry => new { entry.Name, entry.Summary, entry.Scenario, entry.Expected }),
        };

    private static void Print(CommandContext context, BugCatalogue bugs)
    {
        IAnsiConsole console = Screen.For(context.Output, context.OutputIsTerminal);
        Grid scenarios = Screen.Columns(2);
        foreach (Scenario scenario in context.Scenarios)
        {
            string note = scenario.IsCanary ? " (canary: every hunt must find its bug)"
                : scenario.Bounds is { } bounds ? $" (small: {bounds})"
                : "";
            scenarios.AddRow(new Text(scenario.Name), new Text(scenario.Summary + note));
        }

        console.WriteLine("Scenarios:");
        console.Write(scenarios);
        if (bugs.All.Count == 0)
        {
            return;
        }

        Grid table = Screen.Columns(3);
        foreach (Bug bug in bugs.All)
        {
            table.AddRow(new Text(bug.Name), new Text(bug.Scenario), new Text(bug.Summary));
        }

        console.WriteLine();
        console.WriteLine("Bugs, each with the scenario that finds it:");
        console.Write(table);
    }
}
