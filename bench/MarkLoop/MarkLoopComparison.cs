using System.Diagnostics;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>Runs the mark loop over the seam and its twin by turns, and prints the median of the pairs' ratios.</summary>
internal static class MarkLoopComparison
{
    private const int Objects = 100_000;
    private const int Pairs = 501;
    private const int WarmUps = 50;

    /// <summary>Runs and prints.</summary>
    /// <exception cref="InvalidOperationException">The two do not mark the same objects.</exception>
    internal static void Run()
    {
        var options = new WorldOptions();
        using var graph = new ObjectGraph(Objects, seed: 1);
        using var seam = new SeamMarkLoop<NativeSync>(options, graph);
        using var bare = new BareMarkLoop(options, graph);
        var seamTimes = new double[Pairs];
        var bareTimes = new double[Pairs];
        var ratios = new double[Pairs];
        for (int i = -WarmUps; i < Pairs; i++)
        {
            // Whoever goes second finds warmer caches, so they take turns at that too.
            bool seamFirst = i % 2 == 0;
            double first = Milliseconds(graph, seamFirst ? seam.Run : bare.Run, out long firstMarked);
            double second = Milliseconds(graph, seamFirst ? bare.Run : seam.Run, out long secondMarked);
            if (firstMarked != secondMarked)
            {
                throw new InvalidOperationException($"one marks {firstMarked} objects, the other {secondMarked}");
            }

            if (i >= 0)
            {
                seamTimes[i] = seamFirst ? first : second;
                bareTimes[i] = seamFirst ? second : first;
                ratios[i] = seamTimes[i] / bareTimes[i];
            }
        }

        Array.Sort(ratios);
        Console.WriteLine(
            $"markloop: {Objects:n0} objects, {Pairs} pairs: seam {Median(seamTimes):f1} ms, twin "
            + $"{Median(bareTimes):f1} ms, ratio {ratios[Pairs / 2]:f3} "
            + $"(quartiles {ratios[Pairs / 4]:f3} to {ratios[3 * Pairs / 4]:f3})");
    }

    private static double Milliseconds(ObjectGraph graph, Action mark, out long marked)
    {
        graph.ClearMarks();
        long start = Stopwatch.GetTimestamp();
        mark();
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        marked = graph.CountMarks();
        return milliseconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
