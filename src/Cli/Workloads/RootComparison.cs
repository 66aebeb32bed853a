using System.Globalization;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// Measures both ways to find roots in turn, in pairs of runs that differ in nothing else: the table of the seed's
/// commit message.
/// </summary>
/// <param name="workload">What runs.</param>
/// <param name="options">How; both ways are tried whichever it names.</param>
/// <param name="pairs">How many pairs of runs.</param>
internal sealed class RootComparison(Workload workload, WorkloadOptions options, int pairs)
{
    private static readonly int[] s_workers = [1, 2, 4];

    private static readonly Metric[] s_metrics =
    [
        new("allocated", run => run.Statistics.Heap.TotalAllocated),
        new("allocs", run => run.Statistics.Heap.Mallocs),
        new("cputime", run => run.Use.CpuTime.TotalNanoseconds),
        new("gc-pause-one", run => (double)run.Watch.PauseNanoseconds / Math.Max(run.Watch.Collections, 1)),
        new("gc-pause-total", run => run.Watch.PauseNanoseconds),
        new("rss", run => run.Use.ResidentBytes),
        new("sys-gc", run => run.Use.System.Collector),
        new("sys-heap", run => run.Use.System.Heap),
        new("sys-other", run => run.Use.System.Spans + run.Use.System.Caches + run.Use.System.Other),
        new("sys-stack", run => run.Use.System.Stacks),
        new("sys-total", run => run.Use.System.Total),
        new("time", run => run.Elapsed.TotalNanoseconds),
    ];

    /// <summary>Measures each shape with each number of workers.</summary>
    /// <param name="done">Is given each table as soon as it is complete.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <returns>Whether it was let to its end.</returns>
    public bool Run(Action<RootComparisonTable> done, CancellationToken cancel)
    {
        foreach (ComparedShape shape in workload.ComparedShapes)
        {
            foreach (int workers in s_workers)
            {
                if (Measure(shape, workers, cancel) is not { } table)
                {
                    return false;
                }

                done(table);
            }
        }

        return true;
    }

    private RootComparisonTable? Measure(ComparedShape shape, int workers, CancellationToken cancel)
    {
        WorkloadOptions shaped = shape.Apply(options);
        shaped = shaped with
        {
            World = shaped.World with
            {
                MaxGcWorkers = workers,
                Processors = Math.Max(workers, shaped.World.Processors),
            },
        };

        // The first pair warms up: it compiles the code and grows the process.
        double[,] collected = new double[s_metrics.Length, pairs];
        double[,] parallel = new double[s_metrics.Length, pairs];
        for (int pair = -1; pair < pairs; pair++)
        {
            // Each goes first in every other pair, so that what drifts favours neither.
            bool parallelFirst = (pair & 1) == 0;
            foreach (bool isParallel in (bool[])[parallelFirst, !parallelFirst])
            {
                WorkloadResult run = RunOnce(shaped, isParallel, cancel);
                if (!run.Completed)
                {
                    return null;
                }

                for (int i = 0; i < s_metrics.Length && pair >= 0; i++)
                {
                    (isParallel ? parallel : collected)[i, pair] = s_metrics[i].Read(run);
                }
            }
        }

        return new RootComparisonTable(
            shape.Name,
            workers,
            pairs,
            [.. s_metrics.Select((metric, i) => Compare(metric.Name, RowOf(collected, i), RowOf(parallel, i)))]);
    }

    private WorkloadResult RunOnce(WorkloadOptions shaped, bool isParallel, CancellationToken cancel)
    {
        RootStrategy strategy = isParallel ? RootStrategy.Parallel : RootStrategy.Collected;
        WorkloadOptions run = shaped with { World = shaped.World with { RootStrategy = strategy } };
        return WorkloadRunner.Run(workload, run, trace: null, cancel);
    }

    private static double[] RowOf(double[,] values, int row)
        => [.. Enumerable.Range(0, values.GetLength(1)).Select(column => values[row, column])];

    /// <summary>Compares a number: the median of the differences of each pair, in percent, with its quartiles.</summary>
    internal static RootComparisonRow Compare(string name, double[] collected, double[] parallel)
    {
        double[] differences =
        [
            .. collected.Zip(parallel, (old, now) => old == 0 ? 0 : 100 * ((now / old) - 1)).Order(),
        ];
        return new RootComparisonRow(
            name,
            Quantile([.. collected.Order()], 0.5),
            Quantile([.. parallel.Order()], 0.5),
            Quantile(differences, 0.5),
            Quantile(differences, 0.25),
            Quantile(differences, 0.75));
    }

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    private sealed record Metric(string Name, Func<WorkloadResult, double> Read);
}

/// <summary>A number of both ways to find roots.</summary>
/// <param name="Name">The seed's name of it; bytes, counts or nanoseconds.</param>
/// <param name="Collected">The median with roots that one thread gathers.</param>
/// <param name="Parallel">The median with roots that are jobs.</param>
/// <param name="Difference">The median of the pairs' differences, in percent: negative if jobs are better.</param>
/// <param name="LowerQuartile">A quarter of the pairs differ by less.</param>
/// <param name="UpperQuartile">A quarter of the pairs differ by more.</param>
internal sealed record RootComparisonRow(
    string Name, double Collected, double Parallel, double Difference, double LowerQuartile, double UpperQuartile);

/// <summary>What was measured of a shape with a number of workers.</summary>
/// <param name="Shape">The shape.</param>
/// <param name="Workers">How many threads collected at most.</param>
/// <param name="Pairs">How many pairs of runs there were.</param>
/// <param name="Rows">The numbers.</param>
internal sealed record RootComparisonTable(
    string Shape, int Workers, int Pairs, IReadOnlyList<RootComparisonRow> Rows)
{
    /// <summary>Prints it as text.</summary>
    /// <param name="output">Where to.</param>
    public void Print(TextWriter output)
    {
        output.WriteLine(Invariant($"{Shape}, {FailureText.Count(Workers, "worker")}, {Pairs} pairs"));
        output.WriteLine(Invariant(
            $"{"",-16} {"collected",18} {"parallel",18} {"difference",11}   {"quartiles",-22}"));
        foreach (RootComparisonRow row in Rows)
        {
            output.WriteLine(Invariant(
                $"{row.Name,-16} {row.Collected,18:N0} {row.Parallel,18:N0} {row.Difference,10:+0.00;-0.00;0.00}%")
                + Invariant($"   {row.LowerQuartile:+0.00;-0.00;0.00}% to {row.UpperQuartile:+0.00;-0.00;0.00}%"));
        }

        output.WriteLine();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
