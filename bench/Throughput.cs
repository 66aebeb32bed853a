using System.CommandLine;
using System.Globalization;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Bench;

/// <summary>How fast the explorer explores: executions, steps and hand-offs, by scenario and strategy.</summary>
internal static class Throughput
{
    private const int Rounds = 5;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);
    private static readonly string[] s_scenarios = ["cas-pair", "long-run"];

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var scenarios = new Argument<string[]>("scenario")
        {
            Description = "Scenarios to explore",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => s_scenarios,
        };
        scenarios.AcceptOnlyFromAmong([.. Catalogue.All.Select(scenario => scenario.Name)]);
        Option<bool> json = BenchOptions.Json();
        var command = new Command("throughput", "How fast the explorer explores.") { scenarios, json };
        command.SetAction(result => Run(result.GetValue(scenarios)!, result.GetValue(json)));
        return command;
    }

    /// <summary>Measures and prints.</summary>
    private static void Run(string[] scenarios, bool json)
    {
        var rows = new List<Row>();
        if (!json)
        {
            Console.WriteLine(
                $"{"scenario",-16} {"strategy",-20} {"executions/s",13} {"steps/s",12} {"hand-offs/execution",20}");
        }

        foreach (string scenario in scenarios)
        {
            foreach (string strategy in Strategies.Names)
            {
                Row row = Measure(scenario, strategy);
                rows.Add(row);
                if (!json)
                {
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{row.Scenario,-16} {row.Strategy,-20} {row.ExecutionsPerSecond,13:N0} "
                        + $"{row.StepsPerSecond,12:N0} {row.HandOffsPerExecution,20:N1}"));
                }
            }
        }

        if (json)
        {
            BenchJson.Print(new { rounds = Rounds, rows });
        }
    }

    /// <summary>The median of several rounds, each with a seed of its own, on one worker.</summary>
    private static Row Measure(string scenario, string strategy)
    {
        Action body = Catalogue.Body<ExplorerSync>(scenario);
        _ = Explore(scenario, strategy, body, 0, s_warmUp);
        Row[] rounds = [.. Enumerable.Range(1, Rounds)
            .Select(seed => Explore(scenario, strategy, body, (ulong)seed, s_round))
            .OrderBy(row => row.ExecutionsPerSecond)];
        return rounds[Rounds / 2];
    }

    private static Row Explore(string scenario, string strategy, Action body, ulong seed, TimeSpan time)
    {
        var exploration = new Exploration(
            scenario, body, new ExplorationOptions { Seed = seed, Strategy = strategy, Timeout = time });
        ExplorationResult result = exploration.Run();
        result.ThrowIfFailed();
        double seconds = result.Elapsed.TotalSeconds;
        return new Row(
            scenario,
            strategy,
            result.Executions / seconds,
            result.Steps / seconds,
            result.Executions == 0 ? null : (double)exploration.HandOffs / result.Executions);
    }

    private sealed record Row(
        string Scenario,
        string Strategy,
        double ExecutionsPerSecond,
        double StepsPerSecond,
        double? HandOffsPerExecution);
}
