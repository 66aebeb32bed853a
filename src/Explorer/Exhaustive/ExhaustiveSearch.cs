using System.Threading;

namespace Testbed.Explorer;

/// <summary>Runs every execution that differs from all others, until there is none left.</summary>
/// <param name="body">What to run.</param>
/// <param name="options">How.</param>
/// <param name="report">Makes the reports of failures.</param>
internal sealed class ExhaustiveSearch(Action body, ExplorationOptions options, FailureReport report) : ISearch
{
    private readonly bool _reduces = options.IsReduced && options.Preemptions is null;

    /// <summary>Guards the tree and all that follows.</summary>
    private readonly object _gate = new();

    private readonly SearchTree _tree = new(
        options.IsReduced && options.Preemptions is null, options.Preemptions ?? int.MaxValue);

    /// <summary>Hashes of what was run; null if all differ by design and nobody asks whether they do.</summary>
    private readonly HashSet<ulong>? _distinct =
        options.IsReduced && options.Preemptions is null && !options.CountsTraces ? null : [];

    private readonly List<Failure> _failures = [];
    private long _begun;
    private long _executions;
    private long _blocked;
    private long _steps;
    private int _depth;
    private bool _closed;
    private bool _exhausted;

    /// <inheritdoc/>
    public void Explore(Engine engine, Action<long> begun)
    {
        var strategy = new TreeStrategy(engine, _tree, _gate);
        var order = new TraceOrder();
        while (TryTake(strategy, out long execution))
        {
            begun(execution);
            int firstNew = Math.Max(1, strategy.Path.Count - 1);
            var plan = new ExecutionPlan(
                strategy,
                options.Seed,
                execution,
                0,
                options.MaxSteps,
                null,
                options.Waits,
                options.ReportLeaks);
            ExecutionOutcome outcome = engine.Run(body, plan);
            if (outcome is { IsCutShort: true, IsRedundant: false }
                && strategy is { IsAsleep: false, HasDiverged: false })
            {
                Close();
                return;
            }

            if (strategy.HasDiverged)
            {
                outcome = outcome with { Failure = Diverged(outcome.Steps) };
            }
            else if (outcome.Failure is not null)
            {
                strategy.NoteWaiting(engine.Pending, outcome.Failure.Thread);
            }

            Failure? failure = outcome.Failure is null ? null : report.Create(engine, plan, outcome);
            Book(strategy, order, firstNew, outcome, failure);
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public ExplorationProgress Progress(TimeSpan elapsed)
    {
        lock (_gate)
        {
            return new ExplorationProgress(_executions, Distinct, _steps, elapsed, _failures.Count);
        }
    }

    /// <inheritdoc/>
    public SearchOutcome Finish()
    {
        lock (_gate)
        {
            bool isClean = _exhausted && _failures.Count == 0;
            return new SearchOutcome(_executions, Distinct, _steps, _failures)
            {
                Blocked = _blocked,
                Depth = _depth,
                IsComplete = isClean && !_tree.IsCut,
                IsCompleteWithinBound = isClean,
            };
        }
    }

    /// <summary>Of executions that are reduced each is like no other.</summary>
    private long Distinct => _distinct is null ? _executions : _distinct.Count;

    private static ExecutionFailure Diverged(int steps)
        => new(FailureKind.Nondeterminism, "the same steps did not lead to the same state", steps, -1);

    private bool TryTake(TreeStrategy strategy, out long execution)
    {
        lock (_gate)
        {
            // Not before, or another worker might find nothing to do and nobody at work, though this path has some left.
            _tree.Leave(strategy.Path);
            while (!_closed && !_exhausted && _failures.Count < options.MaxFailures && _begun < options.MaxExecutions)
            {
                if (_tree.TryTake(strategy.Path))
                {
                    execution = _begun++;
                    return true;
                }

                if (!_tree.IsRunning)
                {
                    _exhausted = true;
                    break;
                }

                Monitor.Wait(_gate);
            }

            Monitor.PulseAll(_gate);
            execution = 0;
            return false;
        }
    }

    private void Book(
        TreeStrategy strategy, TraceOrder order, int firstNew, in ExecutionOutcome outcome, Failure? failure)
    {
        List<SearchNode> path = strategy.Path;
        bool isWhole = !strategy.IsAsleep && !strategy.HasDiverged;
        IReadOnlyList<Race> races = isWhole ? order.Find(path, strategy.Waiting, firstNew) : [];
        lock (_gate)
        {
            if (_reduces)
            {
                foreach (Race race in races)
                {
                    SearchTree.Reverse(path[race.First - 1], order.Reverse(race));
                }
            }

            _steps += outcome.Steps;
            _depth = Math.Max(_depth, outcome.Steps);
            if (outcome.IsRedundant || strategy.IsAsleep)
            {
                _blocked++;
            }
            else
            {
                _executions++;
                _distinct?.Add(order.TraceHash());
            }

            if (failure is not null)
            {
                _failures.Add(failure);
            }

            Monitor.PulseAll(_gate);
        }
    }
}
