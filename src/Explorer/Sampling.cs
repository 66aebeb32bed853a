namespace Testbed.Explorer;

/// <summary>Runs executions that a strategy draws, each by its number.</summary>
internal sealed class Sampling : ISearch
{
    private readonly Action _body;
    private readonly ExplorationOptions _options;
    private readonly FailureReport _report;
    private readonly Experience _experience;
    private readonly Ledger _ledger;

    /// <summary>Creates the search.</summary>
    /// <param name="body">What to run.</param>
    /// <param name="options">How.</param>
    /// <param name="report">Makes the reports of failures.</param>
    internal Sampling(Action body, ExplorationOptions options, FailureReport report)
    {
        _body = body;
        _options = options;
        _report = report;
        _experience = new Experience(learns: options.Strategy == Strategies.Feedback);
        _ledger = new Ledger(options, _experience);
    }

    /// <inheritdoc/>
    public void Explore(Engine engine, Action<long> begun)
    {
        IStrategy strategy = Strategies.Create(
            _options.Strategy, engine, _experience, _options.Interesting, _options.Preemptions);
        while (_ledger.TryTake(out long execution, out int expectedSteps))
        {
            begun(execution);
            var plan = new ExecutionPlan(
                strategy,
                _options.Seed,
                execution,
                expectedSteps,
                _options.MaxSteps,
                ReportLeaks: _options.ReportLeaks);
            ExecutionOutcome outcome = engine.Run(_body, plan);
            if (outcome.IsCutShort)
            {
                return;
            }

            Lesson? lesson = strategy.Lesson;
            Failure? failure = outcome.Failure is null ? null : _report.Create(engine, plan, outcome);
            _ledger.Book(execution, outcome, failure, lesson);
        }
    }

    /// <inheritdoc/>
    public void Close() => _ledger.Close();

    /// <inheritdoc/>
    public ExplorationProgress Progress(TimeSpan elapsed) => _ledger.Progress(elapsed);

    /// <inheritdoc/>
    public SearchRecord Snapshot() => _ledger.Snapshot();

    /// <inheritdoc/>
    public SearchOutcome Finish()
    {
        _ledger.BookRest();
        ExplorationProgress last = _ledger.Progress(TimeSpan.Zero);
        return new SearchOutcome(last.Executions, last.Distinct, last.Steps, _ledger.Failures())
        {
            Guarantee = GuaranteeAfter(last.Executions),
        };
    }

    /// <summary>What the strategy promises; execution 0 was a random walk.</summary>
    private DepthGuarantee? GuaranteeAfter(long executions)
        => _options.Strategy == Strategies.Priorities && executions > 1
            ? new DepthGuarantee(
                Strategies.DefaultDepth,
                _experience.Threads,
                Math.Max(1, _ledger.ExpectedSteps),
                executions - 1,
                _experience.GaveWay)
            : null;
}
