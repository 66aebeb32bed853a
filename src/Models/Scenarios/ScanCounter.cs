using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Checks that each goroutine that existed when the world stopped is in exactly one root job of the collection.
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
    private readonly long* _count = TSync.Allocate<long>(1, "scan.count");
    private readonly int* _scans = TSync.Allocate<int>((nuint)mostGoroutines, "scans");
    private Func<long>? _goroutines;

    /// <summary>Checks collections; before the first.</summary>
    /// <param name="goroutines">How many goroutines exist.</param>
    internal void Expect(Func<long> goroutines) => _goroutines = goroutines;

    /// <inheritdoc/>
    public override void WorldStopped()
    {
        long count = _goroutines!();
        OracleException.Require(count <= mostGoroutines, $"{count} goroutines exist");
        TSync.Write(_count, count);
        for (long i = 0; i < count; i++)
        {
            TSync.Write(_scans + i, 0);
        }
    }

    /// <inheritdoc/>
    public override void RootJobStarted(in RootJob job)
    {
        if (job.Kind != RootJobKind.Goroutines)
        {
            return;
        }

        long count = TSync.Read(_count);
        OracleException.Require(job.End <= count, $"root job {job.Number} has goroutines up to {job.End} of {count}");
        for (long i = job.First; i < job.End; i++)
        {
            TSync.Write(_scans + i, TSync.Read(_scans + i) + 1);
        }
    }

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        for (long i = 0; i < TSync.Read(_count); i++)
        {
            int scans = TSync.Read(_scans + i);
            OracleException.Require(scans == 1, $"goroutine {i} was in {scans} root jobs");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TSync.Free(_scans);
        TSync.Free(_count);
    }
}
