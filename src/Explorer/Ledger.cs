using System.Threading;

namespace Testbed.Explorer;

/// <summary>
/// Gives out executions by number and books what came of them in the order of their numbers, so that the result is the
/// same however many workers there are: what lies beyond the last failure wanted is not booked.
/// </summary>
/// <remarks>
/// It gives them out in the order of tickets 0, 1, 2, ...: those of the shard that an earlier exploration has not run.
/// Since others know what execution 0 teaches, that comes first in any case, and does not count if it is not one of
/// them.
/// </remarks>
internal sealed class Ledger
{
    private readonly ExplorationOptions _options;
    private readonly Experience _experience;

    /// <summary>How many of the shard's executions were run earlier.</summary>
    private readonly long _earlier;

    /// <summary>Whether ticket 0 is an execution that does not count.</summary>
    private readonly bool _onlyLearns;

    /// <summary>Guards all that follows.</summary>
    private readonly object _gate = new();

    /// <summary>Outcomes that wait for one of a lower number.</summary>
    private readonly PriorityQueue<Entry, long> _waiting = new();

    /// <summary>The numbers of the failing executions, ascending, booked or waiting.</summary>
    private readonly SortedSet<long> _failing = [];

    private readonly HashSet<ulong> _distinct = [];
    private readonly DistinctSketch _sketch;
    private readonly List<Failure> _failures = [];

    /// <summary>The next ticket.</summary>
    private long _next;

    /// <summary>How many tickets have been booked.</summary>
    private long _booked;
    private long _executions;
    private long _steps;
    private int _expectedSteps;

    /// <summary>The first ticket that must wait until all before it have been booked.</summary>
    private long _roundEnd;
    private bool _closed;

    /// <summary>How far it had come before what lies behind a gap was booked; null as long as there is none.</summary>
    private SearchRecord? _beforeRest;

    /// <summary>Creates a ledger.</summary>
    /// <param name="options">What there is to do.</param>
    /// <param name="experience">Takes what executions teach, a round after the other.</param>
    internal Ledger(ExplorationOptions options, Experience experience)
    {
        _options = options;
        _experience = experience;
        _earlier = options.Earlier?.Sampled ?? 0;
        _onlyLearns = _earlier > 0 || options.Shard.Number > 1;
        _executions = _earlier;
        _steps = options.Earlier?.Steps ?? 0;
        _sketch = new DistinctSketch(options.Earlier?.Distinct ?? []);
        _roundEnd = experience.EndRound(0);
    }

    /// <summary>Gives out the next execution.</summary>
    /// <param name="execution">Its number.</param>
    /// <param name="expectedSteps">How many steps execution 0 took.</param>
    /// <returns>False if there is none.</returns>
    internal bool TryTake(out long execution, out int expectedSteps)
    {
        lock (_gate)
        {
            long ticket = _next++;
            while (ticket >= _roundEnd && IsWanted(ticket))
            {
                Monitor.Wait(_gate);
            }

            execution = ExecutionOf(ticket);
            expectedSteps = _expectedSteps;
            return IsWanted(ticket);
        }
    }

    /// <summary>Books an execution.</summary>
    internal void Book(long execution, in ExecutionOutcome outcome, Failure? failure, Lesson? lesson)
    {
        lock (_gate)
        {
            if (execution == 0)
            {
                _expectedSteps = outcome.Steps;
            }

            long ticket = TicketOf(execution);
            bool counts = ticket > 0 || !_onlyLearns;
            if (failure is not null && counts)
            {
                _failing.Add(ticket);
            }

            _waiting.Enqueue(new Entry(outcome, failure, lesson, counts), ticket);
            while (_waiting.TryPeek(out _, out long first) && first == _booked)
            {
                BookFirst();
            }

            if (_booked == _roundEnd)
            {
                _roundEnd = _experience.EndRound(_booked);
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Gives out no more.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Books what still waits for executions that never ended; all workers have stopped.</summary>
    internal void BookRest()
    {
        lock (_gate)
        {
            _beforeRest ??= Record();
            while (_waiting.Count > 0)
            {
                BookFirst();
            }
        }
    }

    /// <summary>How far it has come.</summary>
    internal ExplorationProgress Progress(TimeSpan elapsed)
    {
        lock (_gate)
        {
            return new ExplorationProgress(
                _executions, _earlier > 0 ? _sketch.Count : _distinct.Count, _steps, elapsed, _failures.Count);
        }
    }

    /// <summary>How far it has come without a gap, its failures left out.</summary>
    internal SearchRecord Snapshot()
    {
        lock (_gate)
        {
            return _beforeRest ?? Record();
        }
    }

    /// <summary>How many steps execution 0 took; all workers have stopped.</summary>
    internal int ExpectedSteps => _expectedSteps;

    /// <summary>The failures booked, in order.</summary>
    internal IReadOnlyList<Failure> Failures()
    {
        lock (_gate)
        {
            return [.. _failures];
        }
    }

    private SearchRecord Record()
        => SearchRecord.Empty("", _options) with { Sampled = _executions, Steps = _steps, Distinct = _sketch.Kept };

    private long ExecutionOf(long ticket)
    {
        long own = _onlyLearns ? _earlier + ticket - 1 : ticket;
        return _onlyLearns && ticket == 0 ? 0 : (own * _options.Shard.Count) + _options.Shard.Number - 1;
    }

    private long TicketOf(long execution)
    {
        long own = execution / _options.Shard.Count;
        return execution == 0 ? 0 : _onlyLearns ? own - _earlier + 1 : own;
    }

    private bool IsWanted(long ticket)
        => !_closed
            && ExecutionOf(ticket) < _options.MaxExecutions
            && (_options.Earlier?.Failures.Count ?? 0) < _options.MaxFailures
            && (_failing.Count < _options.MaxFailures || ticket < _failing.ElementAt(_options.MaxFailures - 1));

    private void BookFirst()
    {
        Entry entry = _waiting.Dequeue();
        _booked++;
        if (_failures.Count >= _options.MaxFailures)
        {
            return;
        }

        entry.Lesson?.AddTo(_experience);
        if (!entry.Counts)
        {
            return;
        }

        _executions++;
        _steps += entry.Outcome.Steps;
        _distinct.Add(entry.Outcome.Hash);
        _sketch.Add(entry.Outcome.Hash);
        if (entry.Failure is { } failure)
        {
            _failures.Add(failure);
        }
    }

    private readonly record struct Entry(ExecutionOutcome Outcome, Failure? Failure, Lesson? Lesson, bool Counts);
}
