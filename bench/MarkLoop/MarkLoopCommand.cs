using System.CommandLine;
using System.Globalization;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary>
/// <c>markloop</c>: the production mark loop over <c>NativeSync</c> beside its hand-written twin, which has no seam.
/// What the seam costs is the ratio; it is to be 1.00 within noise.
/// </summary>
internal static class MarkLoopCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var options = new MarkLoopOptions();
        Option<int> prefetch = BenchOptions.Whole(
            "--prefetch",
            "How many candidates both loops prefetch; 0 or a power of two up to 1024",
            MarkLoopOptions.IsDepth,
            "0 or a power of two up to 1024",
            new WorldOptions().PrefetchDepth);
        var command = new Command("markloop", "The collector's mark loop beside a twin without the seam.")
        {
            options.Pairs, options.Objects, prefetch, options.Json,
        };
        command.SetAction(result => Run(
            result.GetValue(options.Pairs),
            result.GetValue(options.Objects),
            new WorldOptions { PrefetchDepth = result.GetValue(prefetch) },
            result.GetValue(options.Json)));
        return command;
    }

    private static void Run(int pairs, int objects, WorldOptions options, bool json)
    {
        MarkLoopOptions.WarmUp(options);
        if (!json)
        {
            Console.WriteLine(
                $"{"graph",-8} {"objects",11} {"production",13} {"twin",13} {"ratio",7}  quartiles of {pairs} pairs");
        }

        var rows = new List<Row>();
        foreach (GraphShape shape in Enum.GetValues<GraphShape>())
        {
            Row row = Compare(shape, pairs, objects, options);
            rows.Add(row);
            if (!json)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Graph,-8} {row.Objects,11:N0} {row.ProductionNanoseconds,10:F2} ns "
                    + $"{row.TwinNanoseconds,10:F2} ns {row.Ratio,7:F3}  "
                    + $"{row.LowerQuartile:F3} to {row.UpperQuartile:F3}"));
            }
        }

        if (json)
        {
            BenchJson.Print(new { pairs, prefetch = options.PrefetchDepth, graphs = rows });
        }
    }

    private static Row Compare(GraphShape shape, int pairs, int objects, WorldOptions options)
    {
        using var graph = new MarkedGraph(shape, objects, options, seed: 1);
        using var production = new ProductionMarkLoop(graph, options);
        using var twin = new TwinMarkLoop(graph, options);
        MarkStatistics marks = MarkLoopTimer.RequireSameMarks(graph, production, twin);
        PairedRatio ratio = PairedRatio.Measure(
            pairs,
            new MarkLoopTimer(graph, production, marks).Sample,
            new MarkLoopTimer(graph, twin, marks).Sample);
        return new Row(
            BenchJson.NameOf(shape),
            marks.Objects,
            marks.Bytes,
            ratio.First,
            ratio.Second,
            ratio.Median,
            ratio.LowerQuartile,
            ratio.UpperQuartile);
    }

    /// <summary>What a graph shows; times are nanoseconds an object.</summary>
    private sealed record Row(
        string Graph,
        long Objects,
        long Bytes,
        double ProductionNanoseconds,
        double TwinNanoseconds,
        double Ratio,
        double LowerQuartile,
        double UpperQuartile);
}
