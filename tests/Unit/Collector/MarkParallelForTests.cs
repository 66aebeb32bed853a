using System.Threading;
using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

public class MarkParallelForTests
{
    private static readonly WorldOptions s_options = new() { MaxGcWorkers = 8 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void OneWorkerRunsEachIndexInOrder(long count)
    {
        var ran = new List<long>();
        using var loop = new ParallelFor<NativeSync>(s_options, "loop", (index, worker) =>
        {
            Assert.Equal(5, worker);
            ran.Add(index);
        });
        foreach (bool wait in (bool[])[false, true])
        {
            ran.Clear();
            loop.Setup(1, count, wait);
            loop.Run(5);
            Assert.Equal(Enumerable.Range(0, (int)count).Select(index => (long)index), ran);
        }
    }

    [Fact]
    public void LoneArrivalStealsAllButTheLastOfEachSlice()
    {
        // Five slices of 2; the others never come, and their last indices cannot be stolen.
        var ran = new SortedSet<long>();
        var options = s_options with { StealTriesPerWorker = 100 };
        using var loop = new ParallelFor<NativeSync>(options, "loop", (index, _) => Assert.True(ran.Add(index)));
        loop.Setup(5, 10, waitForAll: false);
        loop.Run(0);
        Assert.Subset(new SortedSet<long> { 0, 1, 3, 5, 7, 9 }, ran);
        Assert.Superset(new SortedSet<long> { 0, 1 }, ran);
        for (int i = 1; i < 5; i++)
        {
            loop.Run(i);
        }

        Assert.Equal(10, ran.Count);
    }

    [Fact]
    public void RefusesAWorkerTooMany()
    {
        using var loop = new ParallelFor<NativeSync>(s_options, "loop", (_, _) => { });
        loop.Setup(1, 1, waitForAll: false);
        loop.Run(0);
        CorruptionException exception = Assert.Throws<CorruptionException>(() => loop.Run(0));
        Assert.Contains("set up for 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesACountThatDoesNotFit()
    {
        using var loop = new ParallelFor<NativeSync>(s_options, "loop", (_, _) => { });
        Assert.Throws<ArgumentOutOfRangeException>(() => loop.Setup(1, int.MaxValue, waitForAll: false));
    }

    [Theory]
    [InlineData(2, 1000, true)]
    [InlineData(2, 1000, false)]
    [InlineData(3, 5, true)]
    [InlineData(3, 5, false)]
    [InlineData(4, 3, true)]
    [InlineData(8, 999, true)]
    [InlineData(8, 999, false)]
    public void EachIndexRunsOnceOnThreads(int workers, int count, bool wait)
    {
        const int rounds = 200;
        int[] runs = new int[count];
        int finished = 0;

        // All the work is in the first slice and a worker seldom tries, so that some count themselves done too soon.
        var options = s_options with { StealTriesPerWorker = 1 };
        using var loop = new ParallelFor<NativeSync>(options, "loop", (index, _) =>
        {
            Interlocked.Increment(ref runs[index]);
            Thread.SpinWait(index < count / workers ? 200 : 1);
            Interlocked.Increment(ref finished);
        });
        using var barrier = new Barrier(workers, phase =>
        {
            if (phase.CurrentPhaseNumber % 2 == 1)
            {
                Assert.All(runs, run => Assert.Equal(1, run));
            }
            else
            {
                Array.Clear(runs);
                finished = 0;
                loop.Setup(workers, count, wait);
            }
        });
        Threads.Run(workers, worker =>
        {
            for (int round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                loop.Run(worker);
                if (wait)
                {
                    Assert.Equal(count, Volatile.Read(ref finished));
                }

                barrier.SignalAndWait();
            }
        });
    }

    [Fact]
    public void WorkIsStolenFromABusyWorker()
    {
        // Worker 0's first index lasts until the other has run all but that one and the last that it cannot steal,
        // which may be the same.
        const int count = 64;
        int runByOther = 0;
        using var loop = new ParallelFor<NativeSync>(s_options, "loop", (index, worker) =>
        {
            if (worker == 1)
            {
                Interlocked.Increment(ref runByOther);
            }
            else if (index is 0 or (count / 2))
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref runByOther) >= count - 2, TimeSpan.FromSeconds(10));
            }
        });
        loop.Setup(2, count, waitForAll: true);
        Threads.Run(2, loop.Run);
        Assert.InRange(runByOther, count - 2, count - 1);
    }
}
