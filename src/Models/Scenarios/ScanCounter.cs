using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Checks that each root job of a collection runs exactly once, one for each goroutine that existed when the world
/// stopped.
/// </summary>
/// <remarks>
/// The words are plain, and the collector's own synchronization orders their accesses: a job is one worker's, between
/// the stop of the world and the end of the collection.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="mostGoroutines">How many goroutines there may be.</param>
internal sealed unsafe class ScanCounter<TSync>(int mostGoroutines) : CollectionObserver, IDisposable
    where TSync : struct, ISync
{
    private const int SpecialJobs = 5;

    private readonly long* _jobs = TSync.Allocate<long>(1, "jobs");
    private readonly int* _runs = TSync.Allocate<int>((nuint)(SpecialJobs + mostGoroutines), "runs");
    private Func<long>? _goroutines;

    /// <summary>Checks collections; before the first.</summary>
    /// <param name="goroutines">How many goroutines exist.</param>
    internal void Expect(Func<long> goroutines) => _goroutines = goroutines;

    /// <inheritdoc/>
    public override void WorldStopped()
    {
        long jobs = SpecialJobs + _goroutines!();
        OracleException.Require(jobs <= SpecialJobs + mostGoroutines, $"{jobs - SpecialJobs} goroutines exist");
        TSync.Write(_jobs, jobs);
        for (long job = 0; job < jobs; job++)
        {
            TSync.Write(_runs + job, 0);
        }
    }

    /// <inheritdoc/>
    public override void RootJobStarted(long job)
    {
        long jobs = TSync.Read(_jobs);
        OracleException.Require(job < jobs, $"root job {job} runs, there are {jobs}");
        TSync.Write(_runs + job, TSync.Read(_runs + job) + 1);
    }

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        for (long job = 0; job < TSync.Read(_jobs); job++)
        {
            int runs = TSync.Read(_runs + job);
            OracleException.Require(runs == 1, $"root job {job} ran {runs} times");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TSync.Free(_runs);
        TSync.Free(_jobs);
    }
}
