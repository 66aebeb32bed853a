using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Each root is in one job, whatever there is and however it is divided.</summary>
public class RootPlanTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 4)]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(7, 2)]
    [InlineData(32, 4)]
    public void EachRootIsInOneJob(int jobsPerWorker, int workers)
    {
        using var plan = new RootPlan<NativeSync>(jobsPerWorker);
        var random = new Random(1);
        for (int round = 0; round < 50; round++)
        {
            long[] counts = [.. Enumerable.Range(0, 6).Select(_ => (long)random.Next(1 << random.Next(13)))];
            Fill(plan, workers, counts);
            var seen = counts.Select(count => new int[count]).ToArray();
            RootJobKind last = RootJobKind.Data;
            for (long number = 0; number < plan.JobCount; number++)
            {
                RootJob job = plan.JobOf(number);
                Assert.Equal(number, job.Number);
                Assert.True(job.Kind >= last, $"{job} comes after {last}");
                last = job.Kind;
                for (long root = job.First; root < job.End; root++)
                {
                    seen[(int)job.Kind][root]++;
                }
            }

            Assert.All(seen, roots => Assert.All(roots, times => Assert.Equal(1, times)));
        }
    }

    [Fact]
    public void TheSeedHasOneJobOfEachKindButOneForEachGoroutine()
    {
        using var plan = new RootPlan<NativeSync>(0);
        Fill(plan, 4, [1000, 1000, 1, 500, 4, 7]);
        Assert.Equal(5 + 7, plan.JobCount);
        Assert.Equal(new RootJob(3, RootJobKind.SpanTypes, 0, 500), plan.JobOf(3));
        Assert.Equal(new RootJob(4, RootJobKind.FlushCaches, 0, 4), plan.JobOf(4));
        Assert.Equal(new RootJob(5, RootJobKind.Goroutines, 0, 1), plan.JobOf(5));
        Assert.Equal(new RootJob(11, RootJobKind.Goroutines, 6, 7), plan.JobOf(11));
    }

    [Fact]
    public void WhatThereIsMuchOfIsDividedEvenly()
    {
        using var plan = new RootPlan<NativeSync>(32);
        Fill(plan, 2, [1024, 64, 1, 640, 2, 100_000]);
        long[] jobs = new long[6];
        for (long number = 0; number < plan.JobCount; number++)
        {
            jobs[(int)plan.JobOf(number).Kind]++;
        }

        Assert.Equal([4L, 1, 1, 64, 2, 64], jobs);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    public void ANumberThatNoJobHasIsRefused(long number)
    {
        using var plan = new RootPlan<NativeSync>(0);
        Fill(plan, 1, [1, 1, 1, 1, 1, 1]);
        Assert.Throws<CorruptionException>(() => plan.JobOf(number));
    }

    private static void Fill(RootPlan<NativeSync> plan, int workers, long[] counts)
    {
        plan.Clear(workers);
        for (int kind = 0; kind < counts.Length; kind++)
        {
            plan.Append((RootJobKind)kind, counts[kind]);
        }
    }
}
