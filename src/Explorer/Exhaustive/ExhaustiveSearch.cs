namespace Testbed.Explorer;

/// <summary>Runs every execution that differs from all others, until there is none left.</summary>
/// <remarks>
/// One worker searches the whole. Several take <see cref="Cube"/>s from a queue, unless one alone has ended before they
/// could be of help. What is reported is the same however many they are: of failures those of the first cubes.
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
            if (!_isSplit)
            {
                Split(engine, order, begun);
            }
        }

        while (TryTake() is { } cube)
        {
            Explore(cube, engine, order, begun, long.MaxValue);
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
                _cubes.Sum(cube => cube.Failures.Count));
        }
    }

    /// <inheritdoc/>
    public SearchOutcome Finish()
    {
        lock (_gate)
        {
            // What lies behind the last failure wanted was explored as far as the workers' speed had it.
            Cube[] cubes = [.. _cubes.TakeWhile(cube => cube.Number <= _end)];
            bool isClean = _isSplit && cubes.All(cube => cube is { IsDone: true, Failures.Count: 0 });
            return new SearchOutcome(
                cubes.Sum(cube => cube.Executions),
                Distinct(cubes),
                cubes.Sum(cube => cube.Steps),
                [.. cubes.SelectMany(cube => cube.Failures).Take(options.MaxFailures)])
            {
                Blocked = cubes.Sum(cube => cube.Blocked),
                Depth = cubes.Select(cube => cube.Depth).DefaultIfEmpty().Max(),
                IsComplete = isClean && !_isCut && !cubes.Any(cube => cube.Tree.IsCut),
                IsCompleteWithinBound = isClean,
            };
        }
    }

    /// <summary>Of executions that are reduced each is like no other.</summary>
    private long Distinct(Cube[] cubes) => _distinct is null ? cubes.Sum(cube => cube.Executions) : _distinct.Count;

    private static ExecutionFailure Diverged(int steps)
        => new(FailureKind.Nondeterminism, "the same steps did not lead to the same state", steps, -1);

    /// <summary>Splits the search, if one worker alone does not end it.</summary>
    private void Split(Engine engine, TraceOrder order, Action<long> begun)
    {
        Begin([Splitter.Root()], 0);
        if (options.Workers > 1)
        {
            Explore(_cubes[0], engine, order, begun, options.ExecutionsAlone);
            if (!_cubes[0].IsDone && IsWanted(_cubes[0]))
            {
                var splitter = new Splitter(engine, body, options);
                Begin(splitter.Split(options.Cubes) ?? [], 0);
                _isCut = splitter.IsCut;
            }
        }

        _isSplit = _cubes.Length > 0;
    }

    private void Begin(IReadOnlyList<IReadOnlyList<SearchNode>> roots, int next)
    {
        lock (_gate)
        {
            int preemptions = options.Preemptions ?? int.MaxValue;
            _cubes =
            [
                .. roots.Select((root, number) => new Cube(number, new SearchTree(options.Reduces, preemptions, root))),
            ];
            _next = next;
            _distinct?.Clear();
        }
    }

    private Cube? TryTake()
    {
        lock (_gate)
        {
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

            cube.IsDone = !cube.Tree.TryTake();
            cube.Begun += cube.IsDone ? 0 : 1;
            return !cube.IsDone;
        }
    }

    private bool IsWanted(Cube cube) => !_closed && cube.Number < _end;

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
                _distinct?.Add(order.TraceHash());
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
