using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of <see cref="MarkrootSteal"/>: workers share a loop and steal from each other, two as with the root jobs
/// (a few tries, and who finds nothing leaves) or three as with the sweep (who leaves comes after all).
/// </summary>
internal sealed unsafe class MarkrootStealSmall : Scenario
{
    private const int Indices = 4;
    private const int MostWorkers = 3;

    /// <inheritdoc/>
    public override string Name => "markroot-steal-small";

    /// <inheritdoc/>
    public override string Summary => "workers share a loop and steal: each index runs once, nobody leaves the sweep early";

    /// <inheritdoc/>
    public override string Bounds
        => "4 indices; 3 workers that wait for all, or 2 that leave after 2 tries to steal";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        bool waits = TSync.Choose(2) == 0;
        int workers = waits ? MostWorkers : MostWorkers - 1;
        TSync.NoteInput(() => $"{workers} workers run {Indices} indices{(waits ? " and wait for all" : "")}");
        int* runs = TSync.Allocate<int>(Indices, "runs");
        using var loop = new ParallelFor<TSync>(
            SmallWorld.Options(workers) with { StealTriesPerWorker = waits ? 0 : 1 },
            "parfor",
            (index, _) => TSync.Write(runs + index, TSync.Read(runs + index) + 1));
        loop.Setup(workers, Indices, waits);
        var threads = new SyncThread[workers];
        for (int worker = 1; worker < workers; worker++)
        {
            threads[worker] = TSync.StartThread($"worker{worker}", () => Work(loop, runs, waits));
        }

        Work(loop, runs, waits);
        for (int worker = 1; worker < workers; worker++)
        {
            TSync.Join(threads[worker]);
        }

        RequireAllOnce<TSync>(runs);
        TSync.Free(runs);
    }

    private static void Work<TSync>(ParallelFor<TSync> loop, int* runs, bool waits)
        where TSync : struct, ISync
    {
        loop.Run(worker: 0);
        if (waits)
        {
            RequireAllOnce<TSync>(runs);
        }
    }

    /// <summary>Plain accesses: each index is one worker's, and whoever looks comes after all.</summary>
    private static void RequireAllOnce<TSync>(int* runs)
        where TSync : struct, ISync
    {
        for (int i = 0; i < Indices; i++)
        {
            int times = TSync.Read(runs + i);
            OracleException.Require(times == 1, $"index {i} has run {times} times");
        }
    }
}
