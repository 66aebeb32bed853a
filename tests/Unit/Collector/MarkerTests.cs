using Testbed.Collector;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Marks generated heaps and compares with reachability in a managed copy of the graph.</summary>
public class MarkerTests
{
    public static TheoryData<int, int, int, int, RootStrategy> Options()
    {
        var data = new TheoryData<int, int, int, int, RootStrategy>();
        foreach (RootStrategy strategy in Enum.GetValues<RootStrategy>())
        {
            foreach (int workers in (int[])[1, 2, 4])
            {
                data.Add(workers, 2, 0, 1, strategy);
                data.Add(workers, 3, 1, 1, strategy);
                data.Add(workers, 7, 4, 2, strategy);
                data.Add(workers, 339, 16, 4, strategy);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void MarksExactlyWhatIsReachable(
        int workers, int bufferLength, int prefetchDepth, int handoffThreshold, RootStrategy strategy)
    {
        var observer = new JobRecorder();
        WorldOptions options = MarkedHeap.SmallOptions with
        {
            MaxGcWorkers = workers,
            WorkBufferLength = bufferLength,
            PrefetchDepth = prefetchDepth,
            HandoffThreshold = handoffThreshold,
            RootStrategy = strategy,
            Observer = observer,
        };
        for (int seed = 1; seed <= 25; seed++)
        {
            using var heap = new MarkedHeap(options, new Random(seed));
            observer.Clear();
            heap.Mark(workers);
            heap.RequireMarksMatch($"seed {seed}");
            observer.RequireEachJobOnce(heap.RootJobs);
        }
    }

    [Fact]
    public void ALongChainIsMarkedToItsEnd()
    {
        WorldOptions options = MarkedHeap.SmallOptions with { MaxGcWorkers = 2, WorkBufferLength = 2 };
        using var heap = new MarkedHeap(options, chain: 5000);
        heap.Mark(2);
        heap.RequireMarksMatch("chain");
        Assert.Equal(5000, heap.Statistics.Objects);
    }

    [Fact]
    public void AJobThatDoesNotExistIsRefused()
    {
        using var heap = new MarkedHeap(MarkedHeap.SmallOptions, new Random(1));
        heap.Mark(1);
        Assert.Throws<CorruptionException>(() => heap.RunRootJob(heap.RootJobs));
        Assert.Throws<CorruptionException>(() => heap.RunRootJob(-1));
    }

    private sealed class JobRecorder : CollectionObserver
    {
        private readonly List<long> _jobs = [];

        public override void RootJobStarted(in RootJob job)
        {
            lock (_jobs)
            {
                _jobs.Add(job.Number);
            }
        }

        internal void Clear() => _jobs.Clear();

        internal void RequireEachJobOnce(long count)
        {
            _jobs.Sort();
            Assert.Equal(Enumerable.Range(0, (int)count).Select(job => (long)job), _jobs);
        }
    }
}
