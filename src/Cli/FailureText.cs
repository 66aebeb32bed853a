using System.Globalization;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>A failure as a person reads it: what went wrong, the schedule in lanes, and how to see it again.</summary>
internal static class FailureText
{
    /// <summary>A failure that a checkpoint tells of, in a line.</summary>
    /// <param name="failure">The failure.</param>
    public static string Recorded(RecordedFailure failure)
        => $"{KebabCase.From(failure.Kind)} in execution {HuntTable.Number(failure.Execution)}: "
            + string.Join(' ', failure.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            + (failure.Trace is null ? "" : $" (trace: {failure.Trace})");

    /// <summary>Writes a failure that a hunt found.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="target">The scenario.</param>
    /// <param name="failure">The failure.</param>
    /// <param name="trace">What became of its trace.</param>
    /// <param name="commandName">How the user called this program.</param>
    public static void Write(
        TextWriter writer, HuntTarget target, Failure failure, WrittenTrace trace, string commandName)
    {
        writer.WriteLine();
        writer.WriteLine(
            $"{target.Name}: {KebabCase.From(failure.Kind)} in execution {failure.Execution}, "
            + $"after {Count(failure.Steps, "step")} and {Count(failure.Preemptions, "preemption")}");
        if (failure.Shrinking is { } shrinking)
        {
            writer.WriteLine(Describe(shrinking));
        }

        writer.WriteLine(failure.Message);
        writer.WriteLine();
        if (failure.Recorded.Input.Length > 0)
        {
            writer.WriteLine(failure.Recorded.Input);
        }

        writer.WriteLine(ScheduleText.Render(failure.Recorded).TrimEnd());
        writer.WriteLine();
        if (trace.Path is { } path)
        {
            writer.WriteLine($"trace:  {path}");
            writer.WriteLine($"replay: {commandName} replay {Quoted(path)}");
            writer.WriteLine($"report: {commandName} report {Quoted(path)}");
        }
        else
        {
            writer.WriteLine(trace.Problem);
        }
    }

    /// <summary>A number and what it counts.</summary>
    /// <param name="number">The number.</param>
    /// <param name="noun">What it counts, in the singular.</param>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    /// <summary>What there was before shrinking, and why it ended unless nothing is left to do.</summary>
    private static string Describe(ShrinkReport shrinking)
    {
        string found = $"shrunk from {Count(shrinking.FoundSteps, "step")} and "
            + $"{Count(shrinking.FoundPreemptions, "preemption")} in {Count(shrinking.Executions, "execution")}";
        return shrinking.End switch
        {
            ShrinkEnd.Minimal => found,
            ShrinkEnd.Cancelled => $"{found}; interrupted, so it may not be the smallest",
            ShrinkEnd.Stalled => $"{found}; one of them hung, so it may not be the smallest",
            ShrinkEnd.TimeLimit => string.Create(
                CultureInfo.InvariantCulture,
                $"{found}; time was up after {shrinking.Elapsed.TotalSeconds:0} s, so it may not be the smallest"),
            _ => $"{found}; there were no more to be had, so it may not be the smallest",
        };
    }

    /// <summary>The path as a shell takes it for one word.</summary>
    /// <param name="path">The path.</param>
    public static string Quoted(string path)
        => path.All(letter => char.IsAsciiLetterOrDigit(letter) || "._-+/\\:".Contains(letter, StringComparison.Ordinal))
            ? path
            : $"\"{path}\"";
}
