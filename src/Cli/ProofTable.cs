using System.Globalization;
using Spectre.Console;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli;

/// <summary>The table of <c>testbed prove</c>: what was proved, within which bounds, at what cost.</summary>
internal static class ProofTable
{
    /// <summary>Writes the table, and the bounds below it.</summary>
    /// <param name="console">Where.</param>
    /// <param name="results">What the proofs came to.</param>
    /// <param name="scenarios">The scenarios that there are.</param>
    public static void Write(IAnsiConsole console, IReadOnlyList<HuntResult> results, IReadOnlyList<Scenario> scenarios)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("scenario").NoWrap().Padding(0, 0));
        foreach (string head in (string[])["executions", "blocked", "depth", "seconds"])
        {
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap().Padding(1, 0));
        }

        table.AddColumn(new TableColumn("verdict").NoWrap().Padding(1, 0));
        foreach (ExplorationResult found in results.Select(result => result.Exploration))
        {
            table.AddRow(
                new Text(found.Scenario),
                new Text(HuntTable.Number(found.Executions)),
                new Text(HuntTable.Number(found.Blocked)),
                new Text(HuntTable.Number(found.Depth)),
                new Text(found.Elapsed.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture)),
                new Text(found.Verdict));
        }

        console.Write(table);
        Grid bounds = Screen.Columns(2);
        foreach (ExplorationResult found in results.Select(result => result.Exploration))
        {
            string words = scenarios.FirstOrDefault(entry => entry.Name == found.Scenario)?.Bounds ?? "as it is";
            bounds.AddRow(new Text(found.Scenario), new Text(words));
        }

        console.WriteLine("bounds:");
        console.Write(bounds);
        console.WriteLine();
    }
}
