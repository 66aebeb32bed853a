using System.CommandLine;
using System.Globalization;
using Testbed.Bugs;

namespace Testbed.Bench.Coyote;

/// <summary>
/// The built-in explorer and Microsoft Coyote on the same scenarios, by turns: how many executions a second, and how
/// many executions and seconds until each seeded defect first fails.
/// </summary>
internal static class CoyoteCommand
{
    private static readonly IReadOnlyList<IContender> s_contenders = [new ExplorerContender(), .. CoyoteContender.All];

    /// <summary>Creates the command <c>coyote</c>.</summary>
    internal static Command Create()
    {
        var names = new Argument<string[]>("DEFECT")
        {
            Description = "The seeded defects; all when none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. BugCatalogue.Embedded().All.Select(bug => bug.Name)]);
        Option<int> seconds = BenchOptions.Whole("--seconds", "How long a hunt takes at most", 1, 3600, 2);
        Option<int> seeds = BenchOptions.Whole("--seeds", "How many seeds", 1, 1000, 5);
        Option<bool> json = BenchOptions.Json();
        var command = new Command("coyote", "The explorer and Microsoft Coyote on the same scenarios.")
        {
            names, seconds, seeds, json,
        };
        command.SetAction(result => Run(
            result.GetValue(names)!,
            TimeSpan.FromSeconds(result.GetValue(seconds)),
            result.GetValue(seeds),
            result.GetValue(json)));
        return command;
    }

    private static void Run(string[] names, TimeSpan limit, int seeds, bool json)
    {
        Bug[] bugs = [.. BugCatalogue.Embedded().All.Where(bug => names.Length == 0 || names.Contains(bug.Name))];
        string[] scenarios = [.. bugs.Select(bug => bug.Scenario).Distinct()];
        string[] columns = [.. s_contenders.Select(contender => contender.Name)];
        var rates = new List<Row<double>>();
        PrintHead(json, "executions/s", columns);
        foreach (string scenario in scenarios)
        {
            var row = new Row<double>(
                scenario, [.. s_contenders.Select(contender => Rate(contender, scenario, limit))]);
            rates.Add(row);
            PrintRow(json, row.Name, row.Cells.Select(rate => rate.ToString("N0", CultureInfo.InvariantCulture)));
        }

        var hunts = new List<Row<HuntOutcome>>();
        PrintHead(json, "executions / s", columns);
        foreach (Bug bug in bugs)
        {
            PatchedBuild build = PatchedBuild.Compile(bug.Diff);
            var row = new Row<HuntOutcome>(
                bug.Name, [.. s_contenders.Select(contender => Median(contender, build, bug.Scenario, limit, seeds))]);
            hunts.Add(row);
            PrintRow(json, row.Name, row.Cells.Select(Text));
        }

        if (json)
        {
            BenchJson.Print(new { seeds, secondsPerHunt = limit.TotalSeconds, columns, rates, hunts });
        }
    }

    /// <summary>Executions a second over production code.</summary>
    private static double Rate(IContender contender, string scenario, TimeSpan limit)
    {
        _ = contender.Hunt(null, scenario, seed: 0, TimeSpan.Zero);
        HuntOutcome outcome = contender.Hunt(null, scenario, seed: 1, limit);
        return outcome.HasFailed
            ? throw new InvalidOperationException($"{contender.Name} reports a failure of production in {scenario}")
            : outcome.Executions / outcome.Seconds;
    }

    /// <summary>
    /// The median over seeds by executions; one that found nothing comes last, so once most have, no more need be run.
    /// </summary>
    private static HuntOutcome Median(
        IContender contender, PatchedBuild build, string scenario, TimeSpan limit, int seeds)
    {
        var outcomes = new List<HuntOutcome>();
        for (int seed = 1; seed <= seeds && outcomes.Count(outcome => !outcome.HasFailed) <= seeds / 2; seed++)
        {
            outcomes.Add(contender.Hunt(build, scenario, seed, limit));
        }

        HuntOutcome[] inOrder =
            [.. outcomes.OrderByDescending(outcome => outcome.HasFailed).ThenBy(outcome => outcome.Executions)];
        return inOrder[Math.Min(seeds / 2, inOrder.Length - 1)];
    }

    private static string Text(HuntOutcome outcome)
        => outcome.HasFailed
            ? string.Create(CultureInfo.InvariantCulture, $"{outcome.Executions:N0} / {outcome.Seconds:F2}")
            : string.Create(CultureInfo.InvariantCulture, $"not in {outcome.Executions:N0}");

    private static void PrintHead(bool json, string corner, string[] columns)
    {
        if (!json)
        {
            Console.WriteLine();
            Console.WriteLine($"| {corner} | {string.Join(" | ", columns)} |");
            Console.WriteLine($"|---{string.Concat(columns.Select(_ => "|---"))}|");
        }
    }

    private static void PrintRow(bool json, string name, IEnumerable<string> cells)
    {
        if (!json)
        {
            Console.WriteLine($"| `{name}` | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>A row of a table.</summary>
    /// <param name="Name">The scenario or defect.</param>
    /// <param name="Cells">One a contender.</param>
    private sealed record Row<T>(string Name, IReadOnlyList<T> Cells);
}
