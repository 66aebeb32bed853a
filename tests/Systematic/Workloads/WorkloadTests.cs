using System.Threading;
using Testbed.Cli;
using Testbed.Cli.Workloads;
using Testbed.Collector;
using Xunit;

namespace Testbed.Systematic.Workloads;

/// <summary>
/// Small runs of the workloads on real threads, the heap checked after each collection: their results are constants,
/// however many Ps, workers and goroutines there are.
/// </summary>
public class WorkloadTests
{
    private static readonly WorldOptions s_small = new()
    {
        PageBytes = 1024,
        HeapGrowBytes = 1 << 14,
        FirstTriggerBytes = 1 << 15,
        WorkBufferLength = 3,
        HandoffThreshold = 1,
        StackSegmentWords = 4,
    };

    public static TheoryData<int, int, RootStrategy> Worlds => new()
    {
        { 1, 1, RootStrategy.Parallel },
        { 2, 3, RootStrategy.Parallel },
        { 4, 7, RootStrategy.Parallel },
        { 2, 2, RootStrategy.Collected },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void GcBench_counts_the_published_numbers_of_nodes(int processors, int goroutines, RootStrategy strategy)
    {
        WorkloadResult result = Run(new GcBench(), processors, goroutines, strategy, depth: 8, size: 1000);

        Assert.Equal(
            [
                ("stretch tree nodes", 2047),
                ("nodes of 264 trees of depth 4", 8184),
                ("nodes of 64 trees of depth 6", 8128),
                ("nodes of 16 trees of depth 8", 8176),
                ("long-lived tree nodes", 511),
                ("long-lived array numbers", 1000),
            ],
            result.Checks.Select(check => (check.Name, check.Value)));
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void BinaryTrees_prints_the_published_lines(int processors, int goroutines, RootStrategy strategy)
    {
        WorkloadResult result = Run(new BinaryTrees(), processors, goroutines, strategy, depth: 10);

        // The output that the benchmarks game publishes for N = 10.
        Assert.Equal(
            [
                "stretch tree of depth 11\t check: 4095",
                "1024\t trees of depth 4\t check: 31744",
                "256\t trees of depth 6\t check: 32512",
                "64\t trees of depth 8\t check: 32704",
                "16\t trees of depth 10\t check: 32752",
                "long lived tree of depth 10\t check: 2047",
            ],
            result.Lines);
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Splay_keeps_the_keys_that_a_sorted_set_keeps(int processors, int goroutines, RootStrategy strategy)
    {
        WorkloadResult result = Run(new Splay(), processors, goroutines, strategy, size: 50, iterations: 2);

        Assert.Equal(2, result.Checks.Count);
        Assert.Equal(50L * goroutines, result.Checks[0].Value);
        Assert.Equal(SplayChecksum(goroutines), result.Checks[1].Value);
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Garbage_parses_its_own_sources_as_plain_code_does(int processors, int goroutines, RootStrategy strategy)
    {
        WorkloadResult result = Run(new Garbage(), processors, goroutines, strategy, iterations: 1);

        IReadOnlyList<SourceText> texts = SourceText.Embedded();
        Assert.Equal("nodes parsed", result.Checks[0].Name);
        Assert.Equal(texts.Sum(text => text.NodeCount), result.Checks[0].Value);
        Assert.Equal(texts.Aggregate(0L, (sum, text) => unchecked(sum + text.Sum)), result.Checks[1].Value);
        Assert.True(result.Checks[2].Value > 0, "no tree was kept");
    }

    [Fact]
    public void A_canceled_run_ends_early_with_statistics()
    {
        using var cancel = new CancellationTokenSource();
        var options = new WorkloadOptions { World = s_small with { Processors = 2 }, Goroutines = 3 };
        cancel.CancelAfter(TimeSpan.FromMilliseconds(200));

        WorkloadResult result = WorkloadRunner.Run(
            new GcBench(), options with { Depth = 20 }, trace: null, cancel.Token);

        Assert.False(result.Completed);
        Assert.True(result.Statistics.Heap.Mallocs > 0, "nothing was allocated");
    }

    [Fact]
    public void A_heap_that_is_too_small_is_an_error_of_the_input()
    {
        var options = new WorkloadOptions { World = s_small with { ArenaBytes = 1 << 16 }, Depth = 12 };

        InputException failure = Assert.Throws<InputException>(
            () => WorkloadRunner.Run(new BinaryTrees(), options, trace: null, CancellationToken.None));

        Assert.Contains("--heap", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_out_of_range_is_told_by_its_name_on_the_command_line()
    {
        var options = new WorkloadOptions { World = s_small with { PageBytes = 1000 } };

        InputException failure = Assert.Throws<InputException>(
            () => WorkloadRunner.Run(new Splay(), options, trace: null, CancellationToken.None));

        Assert.StartsWith("--set page-bytes 1000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_soak_finds_nothing_and_repeats_itself()
    {
        string First(long seed)
        {
            var log = new StringWriter();
            new Soak(seed).Run(TimeSpan.FromTicks(1), log, CancellationToken.None);
            return log.ToString();
        }

        string command = First(5);

        Assert.StartsWith("testbed run ", command, StringComparison.Ordinal);
        Assert.Equal(command, First(5));
        Assert.NotEqual(command, First(6));
    }

    /// <summary>What a model of the benchmark in another language computes, for trees of seed 1.</summary>
    private static long SplayChecksum(int goroutines) => goroutines switch
    {
        1 => 9114795517446931409,
        2 => 2778234418120250337,
        3 => -4696995264214551761,
        7 => -3494153462363375753,
        _ => throw new ArgumentOutOfRangeException(nameof(goroutines)),
    };

    private static WorkloadResult Run(
        Workload workload,
        int processors,
        int goroutines,
        RootStrategy strategy,
        int? depth = null,
        int? size = null,
        int? iterations = null)
    {
        var options = new WorkloadOptions
        {
            World = s_small with { Processors = processors, RootStrategy = strategy },
            Goroutines = goroutines,
            Depth = depth,
            Size = size,
            Iterations = iterations,
            Verify = true,
        };
        WorkloadResult result = WorkloadRunner.Run(workload, options, trace: null, CancellationToken.None);
        Assert.True(result.Completed);
        Assert.True(result.Watch.Collections > 0, "there was no collection to check");
        return result;
    }
}
