using System.CommandLine;
using System.Globalization;
using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Bench;

/// <summary>
/// How many executions each strategy takes to the first failure of each seeded defect and of each program with a known
/// bug: the median over some seeds. Counts, not times, so a busy machine gives the same.
/// </summary>
internal static class Hunting
{
    /// <summary>What the table calls a median that lies beyond the limit.</summary>
    private const string NotFound = "-";

    private static readonly string[] s_samplers = [.. Strategies.Names.Where(name => name != Strategies.Exhaustive)];
    private static readonly string[] s_knownBugs = ["treiber-aba", "canary"];

    /// <summary>Creates the command <c>strategies</c>.</summary>
    internal static Command Create()
    {
        var names = new Argument<string[]>("DEFECT")
        {
            Description = "The seeded defects, and scenarios with a known bug; all when none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        string[] known = [.. s_knownBugs, .. BugCatalogue.Embedded().All.Select(bug => bug.Name)];
        names.AcceptOnlyFromAmong(known);
        var strategies = new Option<string[]>("--strategy")
        {
            Description = "The strategies to compare; all samplers when none is named",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => s_samplers,
        };
        strategies.AcceptOnlyFromAmong(s_samplers);
        Option<int> seeds = BenchOptions.Whole("--seeds", "How many seeds", 1, 1000, 5);
        Option<int> executions = BenchOptions.Whole(
            "--executions", "How many executions a hunt takes at most", 1, 1_000_000, 2000);
        Option<bool> json = BenchOptions.Json();
        var command = new Command("strategies", "How many executions each strategy takes to find each known bug.")
        {
            names, strategies, seeds, executions, json,
        };
        command.SetAction(result =>
        {
            string[] chosen = result.GetValue(names)! is { Length: > 0 } some ? some : known;
            Run(
                chosen,
                result.GetValue(strategies)!,
                result.GetValue(seeds),
                result.GetValue(executions),
                result.GetValue(json));
        });
        return command;
    }

    /// <summary>Measures and prints a table in Markdown, or JSON.</summary>
    private static void Run(string[] names, string[] strategies, int seeds, int limit, bool json)
    {
        if (!json)
        {
            Console.WriteLine($"| bug | {string.Join(" | ", strategies)} |");
            Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", strategies.Length))}");
        }

        var rows = new List<Row>();
        foreach (string name in names)
        {
            (string scenario, Action body) = Program(name);
            var row = new Row(
                name, [.. strategies.Select(strategy => new Entry(strategy, Median(scenario, body, strategy, seeds, limit)))]);
            rows.Add(row);
            if (!json)
            {
                Console.WriteLine($"| `{name}` | {string.Join(" | ", row.Medians.Select(entry => Text(entry.Executions)))} |");
            }
        }

        if (json)
        {
            BenchJson.Print(new { seeds, limit, rows });
            return;
        }

        Console.WriteLine($"| geometric mean | {string.Join(" | ", strategies.Select((_, i) => Mean(rows, i, limit)))} |");
    }

    private static (string Scenario, Action Body) Program(string name)
        => BugCatalogue.Embedded().Find(name) is { } bug
            ? (bug.Scenario, PatchedBuild.Compile(bug.Diff).Body<ExplorerSync>(bug.Scenario))
            : (name, Catalogue.Body<ExplorerSync>(name));

    /// <summary>The median over the seeds from 1 on; null if it lies beyond the limit.</summary>
    private static long? Median(string scenario, Action body, string strategy, int seeds, int limit)
    {
        long[] found = [.. Enumerable.Range(1, seeds).Select(seed => First(scenario, body, strategy, seed, limit)).Order()];
        long median = found[seeds / 2];
        return median <= limit ? median : null;
    }

    /// <summary>The execution that fails first, from 1; beyond the limit if none does.</summary>
    private static long First(string scenario, Action body, string strategy, int seed, int limit)
    {
        var options = new ExplorationOptions
        {
            Strategy = strategy,
            Interesting = Catalogue.Find(scenario)!.Interesting,
            Seed = (ulong)seed,
            MaxExecutions = limit,
            Shrink = false,
        };
        IReadOnlyList<Failure> failures = new Exploration(scenario, body, options).Run().Failures;
        return failures.Count > 0 ? failures[0].Execution + 1 : limit + 1L;
    }

    private static string Mean(List<Row> rows, int strategy, int limit)
    {
        double mean = Math.Exp(rows.Average(row => Math.Log(row.Medians[strategy].Executions ?? limit)));
        int missed = rows.Count(row => row.Medians[strategy].Executions is null);
        string text = mean.ToString("N1", CultureInfo.InvariantCulture);
        return missed == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} ({missed} missed)");
    }

    private static string Text(long? executions)
        => executions?.ToString("N0", CultureInfo.InvariantCulture) ?? NotFound;

    private sealed record Row(string Bug, Entry[] Medians);

    private sealed record Entry(string Strategy, long? Executions);
}
