namespace Testbed.Explorer;

/// <summary>Runs executions that a strategy draws, each by its number.</summary>
/// <param name="body">What to run.</param>
/// <param name="options">How.</param>
/// <param name="report">Makes the reports of failures.</param>
internal sealed class Sampling(Action body, ExplorationOptions options, FailureReport report) : ISearch
{
    private readonly Ledger _ledger = new(options.MaxExecutions, options.MaxFailures);

    /// <inheritdoc/>
    public void Explore(Engine engine, Action<long> begun)
    {
        IStrategy strategy = Strategies.Create(options.Strategy);
        while (_ledger.TryTake(out long execution, out int expectedSteps))
        {
            begun(execution);
            var plan = new ExecutionPlan(
                strategy,
                options.Seed,
                execution,
                expectedSteps,
                options.MaxSteps,
                ReportLeaks: options.ReportLeaks);
            ExecutionOutcome outcome = engine.Run(body, plan);
            if (outcome.IsCutShort)
            {
                return;
            }

            _ledger.Book(execution, outcome, outcome.Failure is null ? null : report.Create(engine, plan, outcome));
        }
    }

    /// <inheritdoc/>
    public void Close() => _ledger.Close();

    /// <inheritdoc/>
    public ExplorationProgress Progress(TimeSpan elapsed) => _ledger.Progress(elapsed);

    /// <inheritdoc/>
    public SearchOutcome Finish()
    {
        _ledger.BookRest();
        ExplorationProgress last = _ledger.Progress(TimeSpan.Zero);
        return new SearchOutcome(last.Executions, last.Distinct, last.Steps, _ledger.Failures());
    }
}
