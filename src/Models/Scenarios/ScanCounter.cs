using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Checks that each root job of a collection runs exactly once, one for each goroutine that existed when the world
/// stopped.
/// </summary>
/// <remarks>
/// For an engine that runs one thread at a time: the counts are plain managed data, so that counting is no step of
/// its own.
/// </remarks>
internal sealed class ScanCounter : CollectionObserver
{
    private const int SpecialJobs = 5;

    private readonly List<int> _runs = [];
    private Func<long>? _goroutines;

    /// <summary>Checks the collections from now on.</summary>
    /// <param name="goroutines">How many goroutines exist.</param>
    internal void Expect(Func<long> goroutines) => _goroutines = goroutines;

    /// <inheritdoc/>
    public override void WorldStopped()
    {
        _runs.Clear();
        for (long i = SpecialJobs + (_goroutines?.Invoke() ?? 0); i > 0; i--)
        {
            _runs.Add(0);
        }
    }

    /// <inheritdoc/>
    public override void RootJobStarted(long job)
    {
        if (_goroutines is not null)
        {
            OracleException.Require(job < _runs.Count, $"root job {job} runs, there are {_runs.Count}");
            _runs[(int)job]++;
        }
    }

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        for (int job = 0; job < _runs.Count && _goroutines is not null; job++)
        {
            OracleException.Require(_runs[job] == 1, $"root job {job} ran {_runs[job]} times");
        }
    }
}
