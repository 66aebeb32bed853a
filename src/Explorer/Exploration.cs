using System.Diagnostics;
using System.Threading;

namespace Testbed.Explorer;

/// <summary>
/// Runs a concurrent program over and over, each time under another schedule, and looks for failures.
/// </summary>
/// <remarks>
/// The program is generic over <see cref="Sync.ISync"/>, instantiated with <see cref="ExplorerSync"/>. It must depend
/// on
/// nothing but what it gets through the seam: each execution starts from nothing and runs the same way when its
/// schedule
/// is the same.
/// </remarks>
/// <example>
/// <code>
/// new Exploration("stack", Program.Run&lt;ExplorerSync&gt;, new ExplorationOptions { MaxExecutions = 10_000 })
///     .Run()
///     .ThrowIfFailed();
/// </code>
/// </example>
/// <param name="scenario">What reports and traces call the program.</param>
/// <param name="body">The program; it may throw to report a failure.</param>
/// <param name="options">How to explore.</param>
public sealed class Exploration(string scenario, Action body, ExplorationOptions options)
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(50);

    /// <summary>Hand-offs between threads of the system in the last <see cref="Run"/>.</summary>
    internal long HandOffs { get; private set; }

    /// <summary>Explores until an option says that it is enough. Blocks; any thread, one at a time.</summary>
    /// <param name="progress">Told several times a second, on the calling thread; or null.</param>
    /// <param name="cancel">Ends the exploration; what was found by then is the result.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public ExplorationResult Run(
        IProgress<ExplorationProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long start = Stopwatch.GetTimestamp();
        var report = new FailureReport(scenario, body, options);
        ISearch search = options.Strategy == Strategies.Exhaustive
            ? new ExhaustiveSearch(body, options, report)
            : new Sampling(body, options, report);

        // Not disposed: a worker that hangs and is left behind may signal it later.
        var running = new CountdownEvent(options.Workers);
        Worker[] workers = StartWorkers(search, report, running);
        Failure? stall = null;
        bool stopping = false;
        TimeSpan recorded = TimeSpan.Zero;
        while (!running.Wait(NextWait(Stopwatch.GetElapsedTime(start), stopping), CancellationToken.None))
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            progress?.Report(search.Progress(elapsed));
            if (options.Checkpoint is { } checkpoint && elapsed - recorded >= options.CheckpointPeriod)
            {
                recorded = elapsed;
                checkpoint(Record(search, options.Earlier?.Failures ?? []));
            }

            if (!stopping && (cancel.IsCancellationRequested || elapsed >= options.Timeout))
            {
                stopping = true;
                Stop(search, workers);
            }

            stall = Debugger.IsAttached ? null : FindStall(workers);
            if (stall is not null)
            {
                Stop(search, workers);
                break;
            }
        }

        return Finish(search, workers, stall, Stopwatch.GetElapsedTime(start), progress, cancel);
    }

    private SearchRecord Record(ISearch search, IReadOnlyList<RecordedFailure> failures)
        => search.Snapshot() with { Scenario = scenario, Failures = failures };

    private static void Stop(ISearch search, Worker[] workers)
    {
        search.Close();
        foreach (Worker worker in workers)
        {
            worker.Cancel();
        }
    }

    private static Failure? FindStall(Worker[] workers)
    {
        Failure? first = null;
        foreach (Worker worker in workers)
        {
            if (worker.FindStall() is { } stall && (first is null || stall.Execution < first.Execution))
            {
                first = stall;
            }
        }

        return first;
    }

    private Worker[] StartWorkers(ISearch search, FailureReport report, CountdownEvent running)
    {
        IReadOnlyList<int> processors = options.HandOff == HandOff.Futex ? Processors.Allowed() : [];
        var workers = new Worker[options.Workers];
        for (int i = 0; i < workers.Length; i++)
        {
            int? processor = processors.Count > 0 ? processors[i % processors.Count] : null;
            workers[i] = new Worker(i, options, search, report, processor, () => running.Signal());
        }

        return workers;
    }

    private TimeSpan NextWait(TimeSpan elapsed, bool stopping)
    {
        TimeSpan left = !stopping && options.Timeout is { } timeout ? timeout - elapsed : s_period;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < s_period ? left : s_period;
    }

    private ExplorationResult Finish(
        ISearch search,
        Worker[] workers,
        Failure? stall,
        TimeSpan elapsed,
        IProgress<ExplorationProgress>? progress,
        CancellationToken cancel)
    {
        if (stall is null)
        {
            // Otherwise a worker hangs, and is left behind.
            Exception? error = workers.Select(worker => worker.Error).FirstOrDefault(found => found is not null);
            if (error is not null)
            {
                throw new InvalidOperationException($"the explorer failed: {error.Message}", error);
            }

            HandOffs = workers.Sum(worker => worker.HandOffs);
        }

        SearchOutcome outcome = search.Finish();
        ExplorationProgress last = search.Progress(elapsed);
        progress?.Report(last);
        IReadOnlyList<Failure> failures = outcome.Failures;
        if (options.Shrink)
        {
            var shrinker = new FailureShrinker(body, options, new FailureReport(scenario, body, options));
            failures =
            [
                .. failures.Select(failure => shrinker.Shrink(
                    failure, shrinking => progress?.Report(last with { Shrinking = shrinking }), cancel)),
            ];
        }

        if (stall is not null)
        {
            failures = [.. failures, stall];
        }

        SearchRecord record = Record(
            search,
            [
                .. options.Earlier?.Failures ?? [],
                .. failures.Select(found => new RecordedFailure(found.Kind, found.Message, found.Execution, null)),
            ]);
        options.Checkpoint?.Invoke(record);
        return new ExplorationResult(
            scenario,
            options.Strategy,
            options.Seed,
            outcome.Executions,
            outcome.Distinct,
            outcome.Steps,
            elapsed,
            outcome.IsComplete && stall is null,
            failures)
        {
            Record = record,
            Estimate = last.Estimate,
            Blocked = outcome.Blocked,
            Depth = outcome.Depth,
            Preemptions = options.Preemptions,
            Guarantee = outcome.Guarantee,
            IsCompleteWithinBound = outcome.IsCompleteWithinBound && stall is null,
        };
    }
}
