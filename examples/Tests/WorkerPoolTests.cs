using Testbed.Collector;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;

namespace Examples.Tests;

public class WorkerPoolTests
{
    private const int Jobs = 1_000;

    /// <summary>The sum of the squares from 0 to 3,999.</summary>
    private const long Sum = 3_999L * 4_000 * 7_999 / 6;

    [Fact]
    public void Adds_up_with_few_buffers_on_real_threads()
    {
        using var pool = new WorkerPool<NativeSync>(new WorldOptions { Processors = 2 }, workers: 3);
        (long sum, int buffers) = pool.SumSquares(Jobs);
        Assert.Equal(Sum, sum);
        Assert.InRange(buffers, 1, Jobs / 10);
    }

    [Fact]
    public void Adds_up_though_collections_empty_the_pool()
    {
        using var pool = new WorkerPool<NativeSync>(
            new WorldOptions { Processors = 2, FirstTriggerBytes = 0 }, workers: 3);
        (long sum, int buffers) = pool.SumSquares(Jobs);
        Assert.Equal(Sum, sum);
        Assert.InRange(buffers, 2, Jobs);
    }

    [Fact]
    public void Adds_up_in_every_order_that_is_tried()
        => Explore.Check(AddUpSome<ExplorerSync>, new ExplorationOptions { MaxExecutions = 500 });

    /// <summary>Collects at each allocation.</summary>
    private static void AddUpSome<TSync>()
        where TSync : struct, ISync
    {
        using var pool = new WorkerPool<TSync>(
            new WorldOptions
            {
                Processors = 2,
                MonitorNanoseconds = 0,
                ArenaBytes = 64 << 10,
                HeapGrowBytes = 4096,
                FirstTriggerBytes = 0,
                WorkBuffersPerChunk = 1,
                PoolSharedLength = 2,
            },
            workers: 2);
        long sum = pool.SumSquares(jobs: 3).Sum;
        OracleException.Require(sum == 506, $"the squares from 0 to 11 add up to {sum}");
    }
}
