using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Testbed.Explorer;

/// <summary>Runs recorded executions again.</summary>
public static class Replay
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_stallLimit = TimeSpan.FromSeconds(10);

    /// <summary>Runs a recorded execution again. Blocks; any thread.</summary>
    /// <param name="trace">The recording.</param>
    /// <param name="body">The program that was recorded.</param>
    /// <returns>Whether the same happened, and what happened.</returns>
    public static ReplayResult Run(Trace trace, Action body) => Run(trace, body, new ReplayOptions());

    /// <summary>As the other, with more to ask of it.</summary>
    /// <param name="trace">The recording.</param>
    /// <param name="body">The program that was recorded.</param>
    /// <param name="options">What else to do on the way.</param>
    /// <returns>Whether the same happened, and what happened.</returns>
    public static ReplayResult Run(Trace trace, Action body, ReplayOptions options)
        => Run(trace, body, options, s_stallLimit);

    /// <summary>As the other, with a limit of its own for a thread that takes no step.</summary>
    internal static ReplayResult Run(Trace trace, Action body, TimeSpan stallLimit)
        => Run(trace, body, new ReplayOptions(), stallLimit);

    private static ReplayResult Run(Trace trace, Action body, ReplayOptions options, TimeSpan stallLimit)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(options);
        var run = new ReplayRun(trace, body, options);
        var thread = new Thread(run.Run) { IsBackground = true, Name = "explorer replay" };
        thread.Start();
        var stall = new StallClock(stallLimit);
        while (!thread.Join(s_period))
        {
            if (!Debugger.IsAttached && run.Engine is { } engine && stall.Find(engine.Watch) is { } silence)
            {
                return run.Stalled(engine, silence);
            }
        }

        run.Error?.Throw();
        return run.Result!;
    }

    /// <summary>A replay on its way.</summary>
    private sealed class ReplayRun(Trace trace, Action body, ReplayOptions options)
    {
        /// <summary>Pictures of so many last steps are taken: all are of no more use, and cost memory.</summary>
        private const int PicturedSteps = 1000;

        /// <summary>Written by the replaying thread, read by the one that waits for it.</summary>
        private volatile Engine? _engine;

        internal Engine? Engine => _engine;

        /// <summary>What came of it; read when the thread has ended.</summary>
        internal ReplayResult? Result { get; private set; }

        /// <summary>What went wrong in the engine itself; read when the thread has ended.</summary>
        internal ExceptionDispatchInfo? Error { get; private set; }

        internal void Run()
        {
            try
            {
                // One execution's speed is no matter, so it runs on whatever processor there is.
                using var engine = new Engine(HandOffs.Fastest, processor: null);
                _engine = engine;
                var schedule = new RecordedSchedule(engine, trace.Steps, trace.Operations, trace.Choices);
                int picturesFrom = options.WithPictures ? trace.FailureStep - PicturedSteps : int.MaxValue;
                var recorder = new Recorder(picturesFrom, options.Stop, options.Stopped);
                var plan = new ExecutionPlan(
                    schedule,
                    trace.Seed,
                    trace.Execution,
                    0,
                    trace.MaxSteps,
                    recorder,
                    trace.Strategy == Strategies.Exhaustive ? WaitRule.OneTurn : WaitRule.TakeTurns,
                    trace.FailureKind == FailureKind.Leak);
                ExecutionOutcome outcome = engine.Run(body, plan);
                Result = Judge(outcome, schedule, recorder.Finish());
            }
            catch (Exception error)
            {
                Error = ExceptionDispatchInfo.Capture(error);
            }
            finally
            {
                _engine = null;
            }
        }

        /// <summary>The replaying thread hangs, and is left behind.</summary>
        internal ReplayResult Stalled(Engine engine, TimeSpan silence)
        {
            int steps = engine.Schedule.Length;
            var failure = new ExecutionFailure(FailureKind.Stalled, engine.DescribeStall(silence), steps, -1);
            var recorded = new RecordedExecution([], [], steps, failure.Kind, failure.Message, failure.Thread);

            // The message says how long it took, which is never the same.
            return trace.FailureKind == FailureKind.Stalled && trace.FailureStep == steps
                ? new ReplayResult(
                    ReplayOutcome.Reproduced, FailureOf(failure, steps, 0, recorded), recorded, steps, "", "")
                : Diverged(failure, FailureOf(failure, steps, 0, recorded), recorded);
        }

        private ReplayResult Judge(
            in ExecutionOutcome outcome, RecordedSchedule schedule, RecordedExecution recorded)
        {
            if (schedule.Divergence is { } divergence)
            {
                return new ReplayResult(
                    ReplayOutcome.Diverged, null, recorded, outcome.Steps + 1, divergence.Expected, divergence.Found);
            }

            if (outcome.Failure is not { } failure)
            {
                return new ReplayResult(
                    ReplayOutcome.PassedWithoutFailure, null, recorded, outcome.Steps, "", "");
            }

            Failure report = FailureOf(failure, outcome.Steps, outcome.Preemptions, recorded);
            return failure.Kind == trace.FailureKind && failure.Step == trace.FailureStep
                ? new ReplayResult(ReplayOutcome.Reproduced, report, recorded, failure.Step, "", "")
                : Diverged(failure, report, recorded);
        }

        private ReplayResult Diverged(ExecutionFailure failure, Failure report, RecordedExecution recorded)
            => new(
                ReplayOutcome.Diverged,
                report,
                recorded,
                failure.Step,
                $"{KebabCase.Of(trace.FailureKind)} at step {trace.FailureStep}: {trace.FailureMessage}",
                $"{KebabCase.Of(failure.Kind)} at step {failure.Step}: {failure.Message}");

        private Failure FailureOf(ExecutionFailure failure, int steps, int preemptions, RecordedExecution recorded)
            => new(failure.Kind, failure.Message, trace.Execution, steps, preemptions, trace, recorded);
    }
}
