using System.CommandLine;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary><c>testbed replay</c>: shows a recorded failure again.</summary>
internal static class ReplayCommand
{
    private const int MaxTimes = 1_000_000;

    private const string Notes =
        """
        Exit codes:
          0    the schedule ran to its end without a failure: the bug is gone
          1    reproduced: the same failure at the same step
          2    wrong usage, an unreadable trace, or one that diverged: the code has changed since
          3    internal error, or runs of the same schedule that differ
          130  interrupted
        """;

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
        var command = new Command("replay", "Shows a recorded failure again, step by step.") { file, times };
        HelpNotes.Add(command, Notes);
        command.SetAction(result => Run(context, Trace.Load(result.GetValue(file)!), result.GetValue(times)));
        return command;
    }

    private static int Run(CommandContext context, Trace trace, int times)
    {
        Workbench workbench = Workbench.Recorded(context.Scenarios, trace.Parameters);
        HuntTarget target = workbench.Target(trace.Scenario);
        if (trace.Fingerprint != workbench.Fingerprint)
        {
            context.Error.WriteLine(
                $"testbed: warning: the trace was recorded by another build ({trace.Fingerprint}, this one is "
                + $"{workbench.Fingerprint}), so it may diverge");
        }

        ReplayResult first = Replay.Run(trace, target.Body);
        string outcome = Describe(first);
        if (first.Execution.Input.Length > 0)
        {
            context.Output.WriteLine(first.Execution.Input);
        }

        context.Output.WriteLine(ScheduleText.Render(first.Execution).TrimEnd());
        context.Output.WriteLine();
        context.Output.WriteLine(outcome);
        for (int run = 2; run <= times; run++)
        {
            if (context.Cancel.IsCancellationRequested)
            {
                context.Output.WriteLine($"interrupted: the same in {run - 1} runs");
                return ExitCode.Interrupted;
            }

            string other = Describe(Replay.Run(trace, target.Body));
            if (other != outcome)
            {
                context.Error.WriteLine($"testbed: internal error: run {run} of the same schedule differs: {other}");
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

    private static string Describe(ReplayResult result)
        => result.Outcome switch
        {
            ReplayOutcome.Reproduced =>
                $"reproduced: same failure at step {result.Step}: {KebabCase.From(result.Failure!.Kind)}: "
                + result.Failure.Message,
            ReplayOutcome.PassedWithoutFailure => "not reproduced: the schedule ran to its end without a failure",
            _ => $"diverged at step {result.Step}: the trace expects {result.Expected}, but found {result.Found}",
        };
}
