using System.Threading;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// Checks the shape of each collection: no mutator runs in it, each root job, one for each goroutine that existed when
/// the world stopped, runs exactly once and before anything is swept, each worker sees the end of marking once, and
/// each span is swept once.
/// </summary>
/// <remarks>
/// Its counts are managed data, so that counting is no step to an engine; they are interlocked for real threads. A
/// worker's exception would cut the collection short, so what a worker finds is kept and thrown at its end.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal class CycleOracle<TSync> : CollectionObserver
    where TSync : struct, ISync
{
    private World<TSync>? _world;
    private int[] _rootJobs = [];
    private int[] _sweeps = [];
    private int _marksEnded;
    private volatile bool _stopped;
    private volatile bool _sweeping;
    private string? _failure;

    /// <summary>How many collections have ended.</summary>
    internal int Collections { get; private set; }

    /// <summary>The world whose collections are checked.</summary>
    /// <exception cref="InvalidOperationException">It was not attached.</exception>
    protected World<TSync> World => _world ?? throw new InvalidOperationException("the oracle has no world yet");

    /// <summary>Names the world, before it runs.</summary>
    internal void Attach(World<TSync> world) => _world = world;

    /// <summary>A mutator takes a step; on its goroutine.</summary>
    internal void MutatorSteps() => OracleException.Require(!_stopped, "a mutator runs while the world is stopped");

    /// <inheritdoc/>
    public override void WorldStopped()
    {
        Check(!_stopped, "the world was stopped while it was stopped");
        _rootJobs = new int[(int)RootJob.Count + World.Goroutines.Count];
        _sweeps = new int[World.Heap.SpanCount];
        _marksEnded = 0;
        _sweeping = false;
        _stopped = true;
    }

    /// <inheritdoc/>
    public override void RootJobStarted(long job)
    {
        Check(_stopped && !_sweeping, $"root job {job} runs when nothing is marked");
        if (Check(job >= 0 && job < _rootJobs.Length, $"root job {job} runs, there are {_rootJobs.Length}"))
        {
            Interlocked.Increment(ref _rootJobs[job]);
        }
    }

    /// <inheritdoc/>
    public override void MarkEnded()
    {
        Check(_stopped, "marking ends while the world runs");
        Interlocked.Increment(ref _marksEnded);
    }

    /// <inheritdoc/>
    public override void SweepStarted(int span)
    {
        _sweeping = true;
        Check(_stopped, $"span {span} is swept while the world runs");
        if (Check(span >= 0 && span < _sweeps.Length, $"span {span} is swept, there are {_sweeps.Length}"))
        {
            Interlocked.Increment(ref _sweeps[span]);
        }
    }

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        try
        {
            CheckCounts(summary.Workers);
            CheckHeap();
            Collections++;
        }
        finally
        {
            _stopped = false;
        }
    }

    /// <summary>Checks the heap after the sweep; the world is stopped.</summary>
    /// <exception cref="OracleException">Something is wrong with it.</exception>
    protected virtual void CheckHeap()
    {
    }

    private void CheckCounts(int workers)
    {
        if (_failure is not null)
        {
            throw new OracleException(_failure);
        }

        OracleException.Require(
            _marksEnded == workers, $"{_marksEnded} workers saw the end of marking, there were {workers}");
        for (int job = 0; job < _rootJobs.Length; job++)
        {
            OracleException.Require(_rootJobs[job] == 1, $"root job {job} ran {_rootJobs[job]} times");
        }

        for (int span = 0; span < _sweeps.Length; span++)
        {
            OracleException.Require(_sweeps[span] == 1, $"span {span} was swept {_sweeps[span]} times");
        }
    }

    /// <summary>Keeps the first failure.</summary>
    private bool Check(bool condition, string message)
    {
        if (!condition)
        {
            Interlocked.CompareExchange(ref _failure, message, null);
        }

        return condition;
    }
}
