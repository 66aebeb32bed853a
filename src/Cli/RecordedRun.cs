using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>A trace with the build and the scenario that it was recorded with, ready to be replayed.</summary>
internal sealed class RecordedRun
{
    private RecordedRun(string path, Trace trace, Workbench workbench, HuntTarget target)
    {
        Path = path;
        Trace = trace;
        Workbench = workbench;
        Target = target;
    }

    /// <summary>The trace's file.</summary>
    public string Path { get; }

    /// <summary>The trace.</summary>
    public Trace Trace { get; }

    /// <summary>The build.</summary>
    public Workbench Workbench { get; }

    /// <summary>The scenario.</summary>
    public HuntTarget Target { get; }

    /// <summary>Loads a trace, and warns if another build recorded it.</summary>
    /// <param name="context">The world around it.</param>
    /// <param name="path">The trace's file.</param>
    /// <exception cref="TraceFormatException">It is no trace.</exception>
    /// <exception cref="InputException">Its scenario is gone.</exception>
    public static RecordedRun Load(CommandContext context, string path)
    {
        Trace trace = Trace.Load(path);
        Workbench workbench = Workbench.Recorded(context.Scenarios, trace.Parameters);
        HuntTarget target = workbench.Target(trace.Scenario);
        if (trace.Fingerprint != workbench.Fingerprint)
        {
            context.Error.WriteLine(
                $"testbed: warning: the trace was recorded by another build ({trace.Fingerprint}, this one is "
                + $"{workbench.Fingerprint}), so it may diverge");
        }

        return new RecordedRun(path, trace, workbench, target);
    }

    /// <summary>How a replay ended, in a sentence.</summary>
    /// <param name="result">The replay.</param>
    public static string Describe(ReplayResult result)
        => result.Outcome switch
        {
            ReplayOutcome.Reproduced =>
                $"reproduced: same failure at step {result.Step}: {KebabCase.From(result.Failure!.Kind)}: "
                + result.Failure.Message,
            ReplayOutcome.PassedWithoutFailure => "not reproduced: the schedule ran to its end without a failure",
            _ => $"diverged at step {result.Step}: the trace expects {result.Expected}, but found {result.Found}",
        };

    /// <summary>Replays it.</summary>
    /// <param name="options">What else to do on the way.</param>
    public ReplayResult Replay(ReplayOptions options) => Explorer.Replay.Run(Trace, Target.Body, options);
}
