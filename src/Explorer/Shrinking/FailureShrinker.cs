using System.Threading;

namespace Testbed.Explorer;

/// <summary>Shrinks the failures of an exploration.</summary>
/// <param name="body">What was explored.</param>
/// <param name="options">How.</param>
/// <param name="report">Makes the reports.</param>
internal sealed class FailureShrinker(Action body, ExplorationOptions options, FailureReport report)
{
    /// <summary>Makes a failure as small as it gets. Blocks.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="progress">Told at the beginning and several times a second, on the calling thread.</param>
    /// <param name="cancel">Ends it; what was found by then is the result.</param>
    /// <returns>A failure that is the same but for its size.</returns>
    internal Failure Shrink(Failure failure, Action<ShrinkProgress> progress, CancellationToken cancel)
    {
        // What hangs or is not deterministic does not run again in the same way.
        if (failure.Kind is FailureKind.Stalled or FailureKind.Nondeterminism || cancel.IsCancellationRequested)
        {
            return failure;
        }

        var budget = new ShrinkBudget(
            options.ShrinkExecutions, ExplorationOptions.ShrinkSteps, options.ShrinkTimeout);
        using CancellationTokenRegistration registration = cancel.Register(budget.Cancel);
        var shrinker = new Shrinker(
            body, options.Seed, options.MaxSteps, options.Waits, budget);
        progress(ProgressOf(failure, null));
        bool stalled = Run(
            engine => shrinker.Shrink(engine, Reproduce(engine, failure, failure.Trace.Steps, failure.Trace.Choices)),
            () => progress(ProgressOf(failure, shrinker.Best)));
        if (shrinker.Best is not { } best)
        {
            return failure;
        }

        Failure? shrunk = null;
        _ = Run(engine => shrunk = Report(engine, failure, best), tick: null);
        if (shrunk is null || shrunk.Kind != failure.Kind)
        {
            return failure;
        }

        return shrunk with
        {
            Shrinking = new ShrinkReport(
                failure.Steps,
                failure.Preemptions,
                failure.Trace.Choices.Count(choice => choice != 0),
                best.Size.Chosen,
                budget.Used,
                budget.Elapsed,
                stalled ? ShrinkEnd.Stalled : budget.End),
        };
    }

    /// <summary>Does something on an engine.</summary>
    /// <returns>Whether the program took no step for too long, so that it was given up.</returns>
    private bool Run(Action<Engine> work, Action? tick)
        => new EngineThread("explorer shrinking", options.StallLimit).Run(work, tick) is not null;

    private static ShrinkProgress ProgressOf(Failure failure, ShrinkCase? best)
        => new(
            failure.Steps,
            best?.Size.Steps ?? failure.Steps,
            failure.Preemptions,
            best?.Size.Preemptions ?? failure.Preemptions);

    /// <summary>Runs a schedule as it is.</summary>
    private ShrinkCase Reproduce(
        Engine engine, Failure failure, IReadOnlyList<TraceStep> steps, IReadOnlyList<uint> choices)
    {
        var attempt = new Attempt(new RecordedSchedule(engine, steps, [], choices), choices);
        _ = engine.Run(body, PlanOf(failure, attempt));
        return ShrinkCase.Of(
            [.. engine.Choices], attempt.Steps, new FailureIdentity(failure.Kind, failure.Message));
    }

    /// <summary>Reports the smallest execution.</summary>
    private Failure? Report(Engine engine, Failure failure, ShrinkCase best)
    {
        IReadOnlyList<TraceStep> steps = [.. best.Steps.Select(step => new TraceStep(step.Thread, 0))];
        ExecutionPlan plan = PlanOf(failure, new RecordedSchedule(engine, steps, [], best.Choices));
        ExecutionOutcome outcome = engine.Run(body, plan);
        return outcome.Failure is null ? null : report.Create(engine, plan, outcome);
    }

    private ExecutionPlan PlanOf(Failure failure, IStrategy strategy)
        => new(strategy, options.Seed, failure.Execution, failure.Steps, options.MaxSteps, Waits: options.Waits);
}
