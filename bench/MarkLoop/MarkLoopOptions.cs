using System.CommandLine;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary>The options that the benchmarks of the mark loop share.</summary>
internal sealed class MarkLoopOptions
{
    /// <summary>Pairs of runs.</summary>
    internal Option<int> Pairs { get; } = BenchOptions.Whole("--pairs", "How many pairs of runs", 9, 10_001, 21);

    /// <summary>Objects of a graph.</summary>
    internal Option<int> Objects { get; } =
        BenchOptions.Whole("--objects", "How many objects a graph has", 1_000, 50_000_000, 1_000_000);

    /// <summary>One JSON object in place of the table.</summary>
    internal Option<bool> Json { get; } = BenchOptions.Json();

    /// <summary>The depths for which <see cref="WorldOptions.PrefetchDepth"/> is defined.</summary>
    internal static bool IsDepth(int depth) => depth == 0 || (int.IsPow2(depth) && depth <= 1024);

    /// <summary>Lets the JIT see all graphs small, until it has made its final code of both loops.</summary>
    internal static void WarmUp(WorldOptions options)
    {
        const int objects = 1_000;
        const int rounds = 5;
        foreach (GraphShape shape in Enum.GetValues<GraphShape>())
        {
            using var graph = new MarkedGraph(shape, objects, options, seed: 1);
            using var production = new ProductionMarkLoop(graph, options);
            using var twin = new TwinMarkLoop(graph, options);
            MarkStatistics marks = MarkLoopTimer.RequireSameMarks(graph, production, twin);
            var productionTimer = new MarkLoopTimer(graph, production, marks);
            var twinTimer = new MarkLoopTimer(graph, twin, marks);
            for (int i = 0; i < rounds; i++)
            {
                _ = productionTimer.Sample();
                _ = twinTimer.Sample();
            }
        }
    }
}
