using System.CommandLine;
using System.Diagnostics;
using System.Threading;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary><c>testbed replay</c>: shows a recorded failure again.</summary>
internal static class ReplayCommand
{
    private const int MaxTimes = 1_000_000;

    private const string Notes =
        """
        Exit codes:
          0    the schedule ran to its end without a failure: the bug is gone; or --to printed its step
          1    reproduced: the same failure at the same step
          2    wrong usage, an unreadable trace, no debugger, or a run that diverged: the code has changed since
          3    internal error, or runs of the same schedule that differ
          130  interrupted
        """;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("TRACE") { Description = "the file that a hunt wrote" };
        var times = new Option<int>("--times")
        {
            Description = "replay so often, and demand the same outcome every time",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
            CustomParser = OptionValues.Whole(1, MaxTimes),
        };
        var to = new Option<int?>("--to")
        {
            Description = "print where the threads, locks, notes and memory are after that step, and no more",
            HelpName = "STEP",
            CustomParser = argument => OptionValues.Whole(0, int.MaxValue)(argument),
        };
        var stop = new Option<bool>("--break")
        {
            Description = "wait for a debugger, and stop in it before the failing step, or before that of --to",
        };
        var command = new Command("replay", "Shows a recorded failure again, step by step.") { file, times, to, stop };
        command.Validators.Add(result =>
        {
            if (result.GetResult(times) is { Implicit: false } && result.GetResult(to) is not null)
            {
                result.AddError("--times replays to the end, and --to does not: give one of them");
            }
        });
        HelpNotes.Add(command, Notes);
        command.SetAction(result =>
        {
            RecordedRun run = RecordedRun.Load(context, result.GetValue(file)!);
            int? step = result.GetValue(to);
            if (step > run.Trace.FailureStep)
            {
                throw new InputException($"--to: the trace has {run.Trace.FailureStep} steps, not {step}");
            }

            var options = new ReplayOptions();
            if (result.GetValue(stop))
            {
                AwaitDebugger(context);
                options = new ReplayOptions { Stop = step ?? run.Trace.FailureStep, Stopped = Debugger.Break };
            }

            return step is { } number
                ? ShowStep(context, run, options, number)
                : Run(context, run, options, result.GetValue(times));
        });
        return command;
    }

    private static int Run(CommandContext context, RecordedRun run, ReplayOptions options, int times)
    {
        ReplayResult first = run.Replay(options);
        string outcome = RecordedRun.Describe(first);
        if (first.Execution.Input.Length > 0)
        {
            context.Output.WriteLine(first.Execution.Input);
        }

        context.Output.WriteLine(ScheduleText.Render(first.Execution).TrimEnd());
        context.Output.WriteLine();
        context.Output.WriteLine(outcome);
        for (int number = 2; number <= times; number++)
        {
            if (context.Cancel.IsCancellationRequested)
            {
                context.Output.WriteLine($"interrupted: the same in {number - 1} runs");
                return ExitCode.Interrupted;
            }

            string other = RecordedRun.Describe(run.Replay(options));
            if (other != outcome)
            {
                context.Error.WriteLine(
                    $"testbed: internal error: run {number} of the same schedule differs: {other}");
                return ExitCode.InternalError;
            }
        }

        if (times > 1)
        {
            context.Output.WriteLine($"the same in all {times} runs");
        }

        return first.Outcome switch
        {
            ReplayOutcome.Reproduced => ExitCode.BugFound,
            ReplayOutcome.PassedWithoutFailure => ExitCode.Clean,
            _ => ExitCode.WrongInput,
        };
    }

    /// <summary>What comes after the step is replayed, too, since it tells what each thread does next.</summary>
    private static int ShowStep(CommandContext context, RecordedRun run, ReplayOptions options, int step)
    {
        ReplayResult result = run.Replay(options);
        if (result.Execution.Steps < step)
        {
            context.Error.WriteLine($"testbed: {RecordedRun.Describe(result)}");
            return ExitCode.WrongInput;
        }

        context.Output.Write(StateText.Render(result.Execution, step));
        return ExitCode.Clean;
    }

    /// <exception cref="InputException">None was attached in time.</exception>
    private static void AwaitDebugger(CommandContext context)
    {
        if (Debugger.IsAttached)
        {
            return;
        }

        context.Error.WriteLine(
            $"testbed: waiting {context.DebuggerWait.TotalSeconds:0} s for a debugger to attach to process "
            + $"{Environment.ProcessId}; Ctrl+C gives up");
        var clock = Stopwatch.StartNew();
        while (!Debugger.IsAttached)
        {
            if (clock.Elapsed >= context.DebuggerWait || context.Cancel.IsCancellationRequested)
            {
                throw new InputException("--break: no debugger was attached");
            }

            Thread.Sleep(s_poll);
        }
    }
}
