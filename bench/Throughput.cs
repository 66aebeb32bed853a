using System.Globalization;
using System.Text.Json;
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

    private static readonly JsonSerializerOptions s_json =
        new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Measures and prints.</summary>
    /// <param name="arguments"><c>--json</c> for one JSON object in place of the table; names of scenarios.</param>
    internal static void Run(string[] arguments)
    {
        bool json = arguments.Contains("--json");
        string[] named = [.. arguments.Where(argument => !argument.StartsWith('-'))];
        var rows = new List<Row>();
        if (!json)
        {
            Console.WriteLine(
                $"{"scenario",-16} {"strategy",-20} {"executions/s",13} {"steps/s",12} {"hand-offs/execution",20}");
        }

        foreach (string scenario in named.Length > 0 ? named : s_scenarios)
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
            Console.WriteLine(JsonSerializer.Serialize(new { rounds = Rounds, rows }, s_json));
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
            (double)exploration.HandOffs / result.Executions);
    }

    private sealed record Row(
        string Scenario,
        string Strategy,
        double ExecutionsPerSecond,
        double StepsPerSecond,
        double HandOffsPerExecution);
}
