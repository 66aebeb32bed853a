using System.CommandLine;
using System.Globalization;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Bench;

/// <summary>
/// How far the estimates of an exhaustive search are from the truth: the scenarios that can be proved are explored to
/// their ends, and it is asked what would have been estimated after so many parts, in many orders of the parts.
/// </summary>
internal static class Estimates
{
    private const int Orders = 2_000;

    private static readonly int[] s_samples = [16, 24, 32, 48];

    /// <summary>Creates the command <c>estimates</c>.</summary>
    internal static Command Create()
    {
        var command = new Command("estimates", "Estimates of an exhaustive search's size against the truth.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        Console.WriteLine("| scenario | executions | parts | sample | estimate / truth: 5 %, median, 95 % | in the interval | above it |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (Scenario scenario in Catalogue.All.Where(entry => entry.Bounds is not null))
        {
            var options = new ExplorationOptions { Strategy = Strategies.Exhaustive, Workers = Environment.ProcessorCount };
            ExplorationResult result = new Exploration(scenario.Name, Catalogue.Body<ExplorerSync>(scenario.Name), options).Run();
            long[] sizes = [.. result.Record.Done.Select(cube => cube.Executions)];
            foreach (int sample in s_samples.Where(count => count < sizes.Length))
            {
                Console.WriteLine(Row(scenario.Name, sizes, sample));
            }
        }
    }

    private static string Row(string name, long[] sizes, int sample)
    {
        long truth = sizes.Sum();
        var random = new Random(1);
        var ratios = new double[Orders];
        int inside = 0;
        int above = 0;
        for (int order = 0; order < Orders; order++)
        {
            random.Shuffle(sizes);
            long[] first = sizes[..sample];
            SearchEstimate estimate = SearchEstimate.From(first, sizes.Length, first.Sum())!;
            ratios[order] = estimate.Total / truth;
            inside += estimate.Low <= truth && truth <= estimate.High ? 1 : 0;
            above += truth > estimate.High ? 1 : 0;
        }

        Array.Sort(ratios);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{name}` | {truth:N0} | {sizes.Length} | {sample} "
            + $"| {ratios[Orders / 20]:F2}, {ratios[Orders / 2]:F2}, {ratios[Orders * 19 / 20]:F2} "
            + $"| {inside / (double)Orders:P0} | {above / (double)Orders:P0} |");
    }
}
