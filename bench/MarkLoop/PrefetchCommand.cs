using System.CommandLine;
using System.Globalization;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary><c>prefetch</c>: the production mark loop with candidates in flight beside the same loop without.</summary>
internal static class PrefetchCommand
{
    private static readonly int[] s_depths = [4, 8, 16, 32];

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var options = new MarkLoopOptions();
        var command = new Command("prefetch", "The collector's mark loop with prefetching beside itself without.")
        {
            options.Pairs, options.Objects, options.Json,
        };
        command.SetAction(result => Run(
            result.GetValue(options.Pairs), result.GetValue(options.Objects), result.GetValue(options.Json)));
        return command;
    }

    private static void Run(int pairs, int objects, bool json)
    {
        var without = new WorldOptions { PrefetchDepth = 0 };
        MarkLoopOptions.WarmUp(without);
        if (!json)
        {
            Console.WriteLine(
                $"{"graph",-8} {"depth",5} {"with",13} {"without",13} {"ratio",7}  quartiles of {pairs} pairs");
        }

        var rows = new List<Row>();
        foreach (GraphShape shape in Enum.GetValues<GraphShape>())
        {
            using var graph = new MarkedGraph(shape, objects, without, seed: 1);
            foreach (int depth in s_depths)
            {
                Row row = Compare(shape, graph, pairs, without with { PrefetchDepth = depth }, without);
                rows.Add(row);
                if (!json)
                {
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{row.Graph,-8} {row.Depth,5} {row.WithNanoseconds,10:F2} ns "
                        + $"{row.WithoutNanoseconds,10:F2} ns {row.Ratio,7:F3}  "
                        + $"{row.LowerQuartile:F3} to {row.UpperQuartile:F3}"));
                }
            }
        }

        if (json)
        {
            BenchJson.Print(new { pairs, objects, rows });
        }
    }

    private static Row Compare(GraphShape shape, MarkedGraph graph, int pairs, WorldOptions with, WorldOptions without)
    {
        using var first = new ProductionMarkLoop(graph, with);
        using var second = new ProductionMarkLoop(graph, without);
        MarkStatistics marks = MarkLoopTimer.RequireSameMarks(graph, first, second);
        PairedRatio ratio = PairedRatio.Measure(
            pairs, new MarkLoopTimer(graph, first, marks).Sample, new MarkLoopTimer(graph, second, marks).Sample);
        return new Row(
            BenchJson.NameOf(shape),
            with.PrefetchDepth,
            ratio.First,
            ratio.Second,
            ratio.Median,
            ratio.LowerQuartile,
            ratio.UpperQuartile);
    }

    /// <summary>What a graph and a depth show; times are nanoseconds an object.</summary>
    private sealed record Row(
        string Graph,
        int Depth,
        double WithNanoseconds,
        double WithoutNanoseconds,
        double Ratio,
        double LowerQuartile,
        double UpperQuartile);
}
