using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two or three workers, stealing from each other, run either all root jobs of a small heap and mark what they lead to,
/// or a loop of which nobody may leave before all of it is done. Every job runs exactly once.
/// </summary>
internal sealed unsafe class MarkrootSteal : Scenario
{
    private const int FewestWorkers = 2;
    private const int MostWorkers = 3;
    private const int GoroutineCount = 2;
    private const int Indices = 6;
    private const int WordBytes = 8;

    /// <inheritdoc/>
    public override string Name => "markroot-steal";

    /// <inheritdoc/>
    public override string Summary
        => "2 or 3 workers share all root jobs or a sweep: each runs once, nobody leaves before the work is done";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["bitmap.marks*", "*for.slice*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        int workers = FewestWorkers + (int)TSync.Choose((uint)(MostWorkers - FewestWorkers) + 1);
        bool roots = TSync.Choose(2) == 0;
        bool ofSeed = roots && TSync.Choose(2) == 0;
        TSync.NoteInput(() => $"{workers} workers run "
            + (ofSeed ? "the seed's root jobs" : roots ? "even root jobs" : "a loop that waits for all"));
        if (roots)
        {
            RunRoots<TSync>(workers, ofSeed);
        }
        else
        {
            RunWaitingLoop<TSync>(workers);
        }
    }

    /// <summary>Runs the loop over the roots, of which workers may leave early, and the marking that ends together.</summary>
    private static void RunRoots<TSync>(int workers, bool ofSeed)
        where TSync : struct, ISync
    {
        using var jobs = new JobCounter<TSync>();
        WorldOptions options = SmallWorld.Options(workers, jobs) with
        {
            MaxSmallSize = 16,
            RootJobsPerWorker = ofSeed ? 0 : 1,
        };
        using var heap = new Heap<TSync>(options);
        using var goroutines = new AllGoroutines<TSync>(options.FirstGoroutineCapacity);
        using var globals = new Globals<TSync>(options);
        using var marker = new Marker<TSync>(options, heap, goroutines, globals);
        nint[] objects = Fill(heap, goroutines, globals);
        HeapPicture<TSync>.Offer(heap, globals, goroutines, options.PageBytes);
        marker.Setup(workers, now: 1);
        jobs.Expect(marker.RootJobs);
        RunTogether<TSync>(workers, worker =>
        {
            marker.Run(worker);
            jobs.RequireAllOnce();
            foreach (nint item in objects)
            {
                OracleException.Require(heap.Bitmap.IsMarked(item), "a worker leaves while something is not marked");
            }
        });
        marker.CheckInvariants();
        for (int i = 0; i < GoroutineCount; i++)
        {
            G* g = goroutines[i];
            ShadowStack<TSync>.Free(g);
            TSync.Free(g);
        }
    }

    /// <summary>Runs a loop that waits for all, as the sweep's does.</summary>
    /// <remarks>What has run is counted by plain accesses: each index is one worker's, and whoever leaves comes after all.</remarks>
    private static void RunWaitingLoop<TSync>(int workers)
        where TSync : struct, ISync
    {
        int* runs = TSync.Allocate<int>((nuint)Indices, "runs");
        using var loop = new ParallelFor<TSync>(
            SmallWorld.Options(workers), "sweepfor", (index, _) => TSync.Write(runs + index, TSync.Read(runs + index) + 1));
        loop.Setup(workers, Indices, waitForAll: true);
        RunTogether<TSync>(workers, worker =>
        {
            loop.Run(worker);
            for (int i = 0; i < Indices; i++)
            {
                int times = TSync.Read(runs + i);
                OracleException.Require(times == 1, $"index {i} has run {times} times when a worker leaves");
            }
        });
        TSync.Free(runs);
    }

    /// <summary>Runs a body on so many threads, the calling one among them, and waits for all.</summary>
    private static void RunTogether<TSync>(int workers, Action<int> body)
        where TSync : struct, ISync
    {
        var threads = new SyncThread[workers];
        for (int i = 1; i < workers; i++)
        {
            int worker = i;
            threads[i] = TSync.StartThread($"worker{worker}", () => body(worker));
        }

        body(0);
        for (int i = 1; i < workers; i++)
        {
            TSync.Join(threads[i]);
        }
    }

    /// <summary>
    /// Makes a chain of two objects from each root: the first global, and a frame of each goroutine.
    /// </summary>
    private static nint[] Fill<TSync>(Heap<TSync> heap, AllGoroutines<TSync> goroutines, Globals<TSync> globals)
        where TSync : struct, ISync
    {
        ThreadCache* cache = heap.CreateCache();
        var objects = new List<nint>();
        TSync.Write(globals.Data, MakeChain());
        for (int i = 0; i < GoroutineCount; i++)
        {
            G* g = TSync.Allocate<G>(1, "g");
            TSync.VolatileWrite(&g->Status, GoroutineStatus.Waiting);
            TSync.Write(&g->Stack, ShadowStack<TSync>.CreateSegment(null, words: 4));
            TSync.Write(ShadowStack<TSync>.Push(g, 1, null), MakeChain());
            goroutines.Add(g);
        }

        heap.FlushAllCaches();
        return [.. objects];

        nint MakeChain()
        {
            nint last = heap.TryAllocate(cache, WordBytes, null, AllocationKind.NoScan);
            nint first = heap.TryAllocate(cache, 2 * WordBytes, null, AllocationKind.Conservative);
            TSync.Write((nint*)first, last);
            objects.Add(first);
            objects.Add(last);
            return first;
        }
    }

    /// <summary>Counts root jobs, by plain accesses: each is one worker's, and whoever leaves comes after all.</summary>
    private sealed class JobCounter<TSync> : CollectionObserver, IDisposable
        where TSync : struct, ISync
    {
        private int* _runs;
        private long _count;

        /// <inheritdoc/>
        public override void RootJobStarted(in RootJob job)
        {
            int before = TSync.Read(_runs + job.Number);
            OracleException.Require(before == 0, $"root job {job.Number} runs twice");
            TSync.Write(_runs + job.Number, 1);
        }

        /// <inheritdoc/>
        public void Dispose() => TSync.Free(_runs);

        /// <summary>Counts so many jobs; before the workers start.</summary>
        internal void Expect(long count)
        {
            _count = count;
            _runs = TSync.Allocate<int>((nuint)count, "jobs");
        }

        /// <summary>Checks that every job has started, and none twice.</summary>
        internal void RequireAllOnce()
        {
            for (long job = 0; job < _count; job++)
            {
                OracleException.Require(TSync.Read(_runs + job) == 1, $"root job {job} has not run when a worker leaves");
            }
        }
    }
}
