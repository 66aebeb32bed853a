namespace Testbed.Explorer;

/// <summary>Runs every execution that differs from all others, until there is none left.</summary>
/// <remarks>
/// One worker begins with the whole. If that does not end soon it is split into <see cref="Cube"/>s, which the workers of
/// this machine take from a queue, each machine those of its shard. What is reported is the same however many workers
/// there are: of failures those of the first cubes.
/// </remarks>
/// <param name="body">What to run.</param>
/// <param name="options">How.</param>
/// <param name="report">Makes the reports of failures.</param>
internal sealed class ExhaustiveSearch(Action body, ExplorationOptions options, FailureReport report) : ISearch
{
    /// <summary>So many executions are cut short, and none ends, before another order is tried.</summary>
    private const int BlockedBeforeRestart = 16;

    /// <summary>
    /// Held by the worker that splits the search, while the others wait. Who tells how far it has come does not take it.
    /// </summary>
    private readonly object _split = new();

    /// <summary>Guards all that follows, and the cubes' figures.</summary>
    private readonly object _gate = new();

    /// <summary>Hashes of what was run; null if all differ by design and nobody asks whether they do.</summary>
    private readonly HashSet<ulong>? _distinct = options.Reduces && !options.CountsTraces ? null : [];

    private readonly DistinctSketch _sketch = new(options.Earlier?.Distinct ?? []);

    /// <summary>What there is to do; before it is split, the whole.</summary>
    private Cube[] _cubes = [];

    private bool _isSplit;

    /// <summary>The first cube that nobody has taken.</summary>
    private int _next;

    /// <summary>The first cube that is not wanted, as there are enough failures in those before it and itself.</summary>
    private int _end = int.MaxValue;

    private bool _isCut;
    private bool _closed;

    /// <inheritdoc/>
    public void Explore(Engine engine, Action<long> begun)
    {
        var order = new TraceOrder();
        lock (_split)
        {
            if (!_isSplit && !IsClosed)
            {
                Split(engine, order, begun);
            }
        }

        while (TryTake() is { } cube)
        {
            Explore(cube, engine, order, begun, long.MaxValue);
        }
    }

    private bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <inheritdoc/>
    public ExplorationProgress Progress(TimeSpan elapsed)
    {
        lock (_gate)
        {
            return new ExplorationProgress(
                _cubes.Sum(cube => cube.Executions),
                Distinct(_cubes),
                _cubes.Sum(cube => cube.Steps),
                elapsed,
                _cubes.Sum(cube => cube.Failures.Count))
            {
                Estimate = Estimate(),
            };
        }
    }

    /// <inheritdoc/>
    public SearchRecord Snapshot()
    {
        lock (_gate)
        {
            return SearchRecord.Empty("", options) with
            {
                Cubes = _isSplit ? _cubes.Length : 0,
                IsCut = _isCut,
                Done =
                [
                    .. _cubes.Where(cube => cube.IsDone).Select(cube => new CubeRecord(
                        cube.Number, cube.Executions, cube.Blocked, cube.Steps, cube.Depth, cube.IsCut)),
                ],
                Distinct = _distinct is null ? [] : _sketch.Kept,
            };
        }
    }

    /// <inheritdoc/>
    public SearchOutcome Finish()
    {
        lock (_gate)
        {
            // What lies behind the last failure wanted was explored as far as the workers' speed had it.
            Cube[] cubes = [.. _cubes.TakeWhile(cube => cube.Number <= _end)];
            bool isClean = _isSplit
                && options.Earlier is not { Failures.Count: > 0 }
                && cubes.All(cube => cube is { IsDone: true, Failures.Count: 0 } || !IsOwn(cube));
            return new SearchOutcome(
                cubes.Sum(cube => cube.Executions),
                Distinct(cubes),
                cubes.Sum(cube => cube.Steps),
                [.. cubes.SelectMany(cube => cube.Failures).Take(options.MaxFailures)])
            {
                Blocked = cubes.Sum(cube => cube.Blocked),
                Depth = cubes.Select(cube => cube.Depth).DefaultIfEmpty().Max(),
                IsComplete = isClean && !_isCut && !cubes.Any(cube => cube.IsCut),
                IsCompleteWithinBound = isClean,
            };
        }
    }

    /// <summary>Of executions that are reduced each is like no other.</summary>
    private long Distinct(Cube[] cubes)
        => _distinct is null ? cubes.Sum(cube => cube.Executions)
            : options.Earlier is null ? _distinct.Count
            : _sketch.Count;

    /// <summary>
    /// Goes by the first cubes that have all ended: of those that were begun later the small ones end first.
    /// </summary>
    private SearchEstimate? Estimate()
    {
        Cube[] own = [.. _cubes.Where(IsOwn)];
        long[] sizes = [.. own.TakeWhile(cube => cube.IsDone).Select(cube => cube.Executions)];
        return sizes.Length == own.Length ? null : SearchEstimate.From(sizes, own.Length, own.Sum(cube => cube.Executions));
    }

    /// <summary>A search that was not split is every shard's.</summary>
    private bool IsOwn(Cube cube) => _cubes.Length == 1 || options.Shard.Has(cube.Number);

    private static ExecutionFailure Diverged(int steps)
        => new(FailureKind.Nondeterminism, "the same steps did not lead to the same state", steps, -1);

    /// <summary>Splits the search, if one worker alone does not end it.</summary>
    private void Split(Engine engine, TraceOrder order, Action<long> begun)
    {
        int parts = options.Earlier?.Cubes ?? 0;
        if (parts <= 1)
        {
            Begin([Splitter.Root()]);
            Restore(parts);
            Explore(_cubes[0], engine, order, begun, options.ExecutionsAlone);
        }

        bool goesOn = parts > 1
            || (!_cubes[0].IsDone && IsWanted(_cubes[0]) && _cubes[0].Begun < options.MaxExecutions);
        if (goesOn)
        {
            var splitter = new Splitter(engine, body, options);
            if (splitter.Split(options.Cubes) is not { } cubes)
            {
                return;
            }

            Begin(cubes);
            Restore(parts);
            _isCut = splitter.IsCut;
        }

        _isSplit = true;
    }

    private void Begin(IReadOnlyList<IReadOnlyList<SearchNode>> roots)
    {
        lock (_gate)
        {
            int preemptions = options.Preemptions ?? int.MaxValue;
            _cubes =
            [
                .. roots.Select((root, number) => new Cube(number, new SearchTree(options.Reduces, preemptions, root))),
            ];
            _next = 0;
            _distinct?.Clear();
        }
    }

    /// <summary>Takes over what an earlier exploration has done.</summary>
    /// <param name="parts">How many parts it had; 0 if it had not come so far.</param>
    /// <exception cref="InvalidOperationException">The search has another number of parts now.</exception>
    private void Restore(int parts)
    {
        lock (_gate)
        {
            if (parts > 0 && parts != _cubes.Length)
            {
                throw new InvalidOperationException(
                    $"the search has {_cubes.Length} parts, and had {parts} when it was recorded");
            }

            foreach (CubeRecord done in options.Earlier?.Done ?? [])
            {
                _cubes[done.Number].Restore(done);
            }
        }
    }

    private Cube? TryTake()
    {
        lock (_gate)
        {
            while (_next < _cubes.Length && (_cubes[_next].IsDone || !IsOwn(_cubes[_next])))
            {
                _next++;
            }

            return _next < _cubes.Length ? _cubes[_next++] : null;
        }
    }

    /// <summary>Runs executions of a cube until there is none left or wanted.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="engine">The worker's engine.</param>
    /// <param name="order">The worker's.</param>
    /// <param name="begun">Told the number of each execution before it begins.</param>
    /// <param name="limit">How many are begun at most.</param>
    private void Explore(Cube cube, Engine engine, TraceOrder order, Action<long> begun, long limit)
    {
        var strategy = new TreeStrategy(engine, cube.Tree, cube.Tree.Path);
        while (TryBegin(cube, limit, out long execution))
        {
            begun(execution);
            int firstNew = Math.Max(1, cube.Tree.Path.Count - 1);
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

            if (engine.Overtaken is { Thread: >= 0 } overtaken)
            {
                cube.Tree.LearnWait(overtaken.Thread, overtaken.Steps);
            }

            if (cube is { Executions: 0, Blocked: >= BlockedBeforeRestart, Tree.KnowsBetter: true })
            {
                // Depth first, all that follows a turn in vain would come before anything of use.
                cube.Tree.Restart();
                Book(cube, strategy.IsAsleep, order, outcome, null);
                continue;
            }

            Reverse(cube.Tree, strategy, order, firstNew, outcome.IsRedundant);
            Failure? failure = outcome.Failure is null ? null : report.Create(engine, plan, outcome);
            Book(cube, strategy.IsAsleep, order, outcome, failure);
        }
    }

    private bool TryBegin(Cube cube, long limit, out long execution)
    {
        lock (_gate)
        {
            // Numbers tell apart the executions of all cubes, and do not depend on which was run when.
            execution = (cube.Begun * _cubes.Length) + cube.Number;
            if (cube.Begun >= limit || !IsWanted(cube) || _cubes.Sum(other => other.Begun) >= options.MaxExecutions)
            {
                return false;
            }

            cube.IsDone = cube.IsDone || !cube.Tree.TryTake();
            cube.IsCut = cube.Tree.IsCut;
            cube.Begun += cube.IsDone ? 0 : 1;
            return !cube.IsDone;
        }
    }

    private bool IsWanted(Cube cube)
        => !_closed && cube.Number < _end && (options.Earlier?.Failures.Count ?? 0) < options.MaxFailures;

    private void Reverse(
        SearchTree tree, TreeStrategy strategy, TraceOrder order, int firstNew, bool isRedundant)
    {
        if (strategy.HasDiverged)
        {
            return;
        }

        IReadOnlyList<Race> races = order.Find(tree.Path, strategy.Waiting, firstNew);
        if (options.Reduces)
        {
            foreach (Race race in races)
            {
                tree.Reverse(race, order);
            }

            if (isRedundant && strategy.Waiting.Count == 0)
            {
                tree.Widen();
            }
        }
    }

    private void Book(Cube cube, bool isAsleep, TraceOrder order, in ExecutionOutcome outcome, Failure? failure)
    {
        lock (_gate)
        {
            cube.Steps += outcome.Steps;
            cube.Depth = Math.Max(cube.Depth, outcome.Steps);
            if (outcome.IsRedundant || isAsleep)
            {
                cube.Blocked++;
            }
            else
            {
                cube.Executions++;
                if (_distinct is not null)
                {
                    ulong hash = order.TraceHash();
                    _distinct.Add(hash);
                    _sketch.Add(hash);
                }
            }

            if (failure is not null)
            {
                cube.Failures.Add(failure);
                _end = LastWanted();
            }
        }
    }

    private int LastWanted()
    {
        int failures = 0;
        foreach (Cube cube in _cubes)
        {
            failures += cube.Failures.Count;
            if (failures >= options.MaxFailures)
            {
                return cube.Number;
            }
        }

        return int.MaxValue;
    }
}
