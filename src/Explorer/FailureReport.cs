namespace Testbed.Explorer;

/// <summary>Turns a failing execution into a report: runs its schedule again and takes down what happens.</summary>
/// <param name="scenario">The name of what is explored.</param>
/// <param name="body">What is explored.</param>
/// <param name="options">How it is explored.</param>
internal sealed class FailureReport(string scenario, Action body, ExplorationOptions options)
{
    /// <summary>Reports the execution that the engine has just run.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="plan">How it ran.</param>
    /// <param name="outcome">What came of it.</param>
    internal Failure Create(Engine engine, in ExecutionPlan plan, in ExecutionOutcome outcome)
    {
        var schedule = new RecordedSchedule(engine, StepsOf(engine), [], [.. engine.Choices]);
        uint[] choices = [.. engine.Choices];
        var recorder = new Recorder();
        ExecutionOutcome again = engine.Run(
            body, plan with { Strategy = schedule, Recorder = recorder, IsReport = true });
        ExecutionFailure failure = outcome.Failure!;
        if (again.Failure != failure || again.Hash != outcome.Hash)
        {
            failure = NotReproduced(failure, again, schedule);
        }

        Trace trace = TraceOf(plan.Execution, failure, schedule.Operations, schedule.Taken, choices);
        return new Failure(
            failure.Kind,
            failure.Message,
            plan.Execution,
            outcome.Steps,
            outcome.Preemptions,
            trace,
            recorder.Finish());
    }

    /// <summary>Reports an execution that hangs: nobody can run it again, so what its steps did is not known.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="execution">The execution's number.</param>
    /// <param name="silence">How long it has taken no step.</param>
    internal Failure CreateStalled(Engine engine, long execution, TimeSpan silence)
    {
        TraceStep[] steps = StepsOf(engine);
        var failure = new ExecutionFailure(FailureKind.Stalled, engine.DescribeStall(silence), steps.Length, -1);
        Trace trace = TraceOf(execution, failure, [""], steps, [.. engine.Choices]);
        var recorded = new RecordedExecution([], [], steps.Length, failure.Kind, failure.Message, failure.Thread);
        return new Failure(failure.Kind, failure.Message, execution, steps.Length, 0, trace, recorded);
    }

    private static TraceStep[] StepsOf(Engine engine)
        => [.. engine.Schedule.ToArray().Select(thread => new TraceStep(thread, 0))];

    private static ExecutionFailure NotReproduced(
        ExecutionFailure failure, in ExecutionOutcome again, RecordedSchedule schedule)
    {
        string difference = schedule.Divergence is { } divergence
            ? $"step {again.Steps + 1} was to be {divergence.Expected}, but there was {divergence.Found}"
            : again.Failure is { } other
                ? $"it failed with {KebabCase.Of(other.Kind)} at step {other.Step}: {other.Message}"
                : "it did not fail";
        return new ExecutionFailure(
            FailureKind.Nondeterminism,
            $"""
            the same schedule, run again, went another way: {difference}
            Something that does not go through the seam decides what the program does, such as static state that one
            execution leaves to the next, or an order by hash codes or addresses. The failure was
            {KebabCase.Of(failure.Kind)} at step {failure.Step}: {failure.Message}
            """,
            failure.Step,
            failure.Thread);
    }

    private Trace TraceOf(
        long execution,
        ExecutionFailure failure,
        IReadOnlyList<string> operations,
        IReadOnlyList<TraceStep> steps,
        IReadOnlyList<uint> choices)
        => new()
        {
            Scenario = scenario,
            Strategy = options.StrategyInTraces,
            Seed = options.Seed,
            Execution = execution,
            Fingerprint = options.Fingerprint,
            Parameters = options.Parameters,
            FailureKind = failure.Kind,
            FailureMessage = failure.Message,
            FailureStep = failure.Step,
            MaxSteps = options.MaxSteps,
            Operations = operations,
            Steps = steps,
            Choices = choices,
        };
}
