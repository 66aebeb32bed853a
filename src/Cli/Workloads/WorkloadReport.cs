using System.Globalization;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>Shows what a run of a workload found.</summary>
internal static class WorkloadReport
{
    /// <summary>The result as text.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="result">The result.</param>
    /// <param name="pauses">Whether to add how long each of the last collections took.</param>
    public static void Print(TextWriter output, WorkloadResult result, bool pauses)
    {
        foreach (string line in result.Lines)
        {
            output.WriteLine(line);
        }

        if (result.Lines.Count == 0)
        {
            foreach (Check check in result.Checks)
            {
                output.WriteLine($"{check.Name}: {check.Value.ToString(CultureInfo.InvariantCulture)}");
            }
        }

        HeapStatistics heap = result.Statistics.Heap;
        CollectionWatch watch = result.Watch;
        string end = result.Completed ? "in" : "interrupted after";
        output.WriteLine();
        output.WriteLine(Invariant($"{result.Workload}: {end} {result.Elapsed.TotalSeconds:F2} s"));
        output.WriteLine(Invariant($"allocated: {heap.Mallocs:N0} objects, {heap.TotalAllocated >> 10:N0} KB"));
        output.WriteLine(Invariant($"freed: {heap.Frees:N0} objects"));
        output.WriteLine(Invariant($"heap: {heap.Objects:N0} objects, {heap.Allocated >> 10:N0} KB"));
        output.WriteLine(Invariant($"pages: {heap.InUse >> 10:N0} KB in use, {heap.Idle >> 10:N0} KB idle"));
        output.WriteLine(Invariant(
            $"collections: {result.Statistics.Collections:N0}; paused {watch.PauseNanoseconds / 1e6:F1} ms in all")
            + Invariant($", {watch.LongestPauseNanoseconds / 1e6:F1} ms at most"));
        if (watch.VerifyTime > TimeSpan.Zero)
        {
            output.WriteLine(Invariant($"checked {watch.Collections:N0} times: {watch.VerifyTime.TotalSeconds:F2} s"));
        }

        if (pauses)
        {
            PrintPauses(output, result.Pauses);
        }
    }

    /// <summary>The result as the object that <c>--json</c> prints.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="result">The result.</param>
    public static object Describe(WorkloadOptions options, WorkloadResult result)
        => new
        {
            result.Workload,
            result.Completed,
            Options = new
            {
                options.World.Processors,
                Workers = options.World.MaxGcWorkers,
                options.World.GcPercent,
                Heap = options.World.ArenaBytes,
                RootStrategy = options.World.RootStrategy.ToString().ToLowerInvariant(),
                Set = WorldSetting.All.ToDictionary(setting => setting.Name, setting => setting.Read(options.World)),
                options.Seed,
                options.Verify,
                options.Input,
                result.Sizes.Goroutines,
                result.Sizes.Depth,
                result.Sizes.Size,
                result.Sizes.Iterations,
            },
            result.Checks,
            Statistics = new
            {
                result.Statistics.Heap,
                result.Statistics.Collections,
                PauseSeconds = result.Watch.PauseNanoseconds / 1e9,
                Pauses = result.Pauses.Select(pause => pause / 1e9),
                LongestPauseSeconds = result.Watch.LongestPauseNanoseconds / 1e9,
                result.Watch.LargestHeapBytes,
                VerifySeconds = result.Watch.VerifyTime.TotalSeconds,
            },
            Seconds = result.Elapsed.TotalSeconds,
        };

    /// <summary>Ten to a line, so that the number of a collection is easy to count.</summary>
    private static void PrintPauses(TextWriter output, IReadOnlyList<long> pauses)
    {
        output.WriteLine(Invariant($"the last {pauses.Count} pauses in ms, newest first:"));
        foreach (long[] line in pauses.Chunk(10))
        {
            output.WriteLine(string.Concat(line.Select(pause => Invariant($"{pause / 1e6,8:F2}"))));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
