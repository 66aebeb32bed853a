using System.Threading;

namespace Testbed.Explorer;

/// <summary>
/// Gives out executions by number and books what came of them in the order of their numbers, so that the result is the
/// same however many workers there are: what lies beyond the last failure wanted is not booked.
/// </summary>
/// <param name="maxExecutions">How many executions there are.</param>
/// <param name="maxFailures">After so many failing ones the rest is of no interest.</param>
/// <param name="experience">Takes what executions teach, a round after the other.</param>
internal sealed class Ledger(long maxExecutions, int maxFailures, Experience experience)
{
    /// <summary>Guards all that follows.</summary>
    private readonly object _gate = new();

    /// <summary>Outcomes that wait for one of a lower number.</summary>
    private readonly PriorityQueue<Entry, long> _waiting = new();

    /// <summary>The numbers of the failing executions, ascending, booked or waiting.</summary>
    private readonly SortedSet<long> _failing = [];

    private readonly HashSet<ulong> _distinct = [];
    private readonly List<Failure> _failures = [];
    private long _next;
    private long _booked;
    private long _executions;
    private long _steps;
    private int _expectedSteps;

    /// <summary>The first execution that must wait until all before it have been booked.</summary>
    private long _roundEnd = experience.EndRound(0);
    private bool _closed;

    /// <summary>Gives out the next execution.</summary>
    /// <param name="execution">Its number.</param>
    /// <param name="expectedSteps">How many steps execution 0 took.</param>
    /// <returns>False if there is none.</returns>
    internal bool TryTake(out long execution, out int expectedSteps)
    {
        lock (_gate)
        {
            execution = _next++;
            while (execution >= _roundEnd && IsWanted(execution))
            {
                Monitor.Wait(_gate);
            }

            expectedSteps = _expectedSteps;
            return IsWanted(execution);
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

            if (failure is not null)
            {
                _failing.Add(execution);
            }

            _waiting.Enqueue(new Entry(outcome, failure, lesson), execution);
            while (_waiting.TryPeek(out _, out long first) && first == _booked)
            {
                BookFirst();
            }

            if (_booked == _roundEnd)
            {
                _roundEnd = experience.EndRound(_booked);
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
            return new ExplorationProgress(_executions, _distinct.Count, _steps, elapsed, _failures.Count);
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

    private bool IsWanted(long execution)
        => !_closed
            && execution < maxExecutions
            && (_failing.Count < maxFailures || execution < _failing.ElementAt(maxFailures - 1));

    private void BookFirst()
    {
        Entry entry = _waiting.Dequeue();
        _booked++;
        if (_failures.Count >= maxFailures)
        {
            return;
        }

        _executions++;
        _steps += entry.Outcome.Steps;
        _distinct.Add(entry.Outcome.Hash);
        entry.Lesson?.AddTo(experience);
        if (entry.Failure is { } failure)
        {
            _failures.Add(failure);
        }
    }

    private readonly record struct Entry(ExecutionOutcome Outcome, Failure? Failure, Lesson? Lesson);
}
