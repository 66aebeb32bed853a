using System.Threading;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// Checks the shape of each collection: no mutator runs in it, each root, the stack of each goroutine that existed when
/// the world stopped among them, is in exactly one job that runs, before anything is swept, each worker sees the end of marking once, and
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
    private int[][] _roots = [];
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
        _roots =
        [
            new int[World.Globals.DataWords],
            new int[World.Globals.BssWords],
            new int[1],
            new int[World.Heap.SpanCount],
            new int[World.Heap.CacheCount],
            new int[World.Goroutines.Count],
        ];
        _sweeps = new int[World.Heap.SpanCount];
        _marksEnded = 0;
        _sweeping = false;
        _stopped = true;
    }

    /// <inheritdoc/>
    public override void RootJobStarted(in RootJob job)
    {
        Check(_stopped && !_sweeping, $"root job {job.Number} runs when nothing is marked");
        int[] roots = _roots[(int)job.Kind];
        if (Check(job.First >= 0 && job.End <= roots.Length, $"root job {job.Number} has roots up to {job.End} of {roots.Length}"))
        {
            for (long root = job.First; root < job.End; root++)
            {
                Interlocked.Increment(ref roots[root]);
            }
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
        for (var kind = RootJobKind.Data; kind <= RootJobKind.Goroutines; kind++)
        {
            int[] roots = _roots[(int)kind];
            for (int root = 0; root < roots.Length; root++)
            {
                OracleException.Require(
                    roots[root] == 1, $"{roots[root]} root jobs had root {root} of {kind}");
            }
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
