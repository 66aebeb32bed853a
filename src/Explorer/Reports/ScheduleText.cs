using System.Globalization;
using System.Text;

namespace Testbed.Explorer;

/// <summary>Shows an execution the way people read one: a lane a thread, time downwards.</summary>
/// <remarks>
/// The first column is the number of the step; what has none is no step of its own (plain accesses, allocations, ends
/// of threads) and happens together with the step above it. The last column is the line of source text.
/// </remarks>
public static class ScheduleText
{
    /// <summary>How many events are shown unless told otherwise.</summary>
    public const int DefaultEvents = 60;

    private const int LanesWidth = 120;
    private const int NarrowestLane = 16;
    private const string Gap = " | ";

    /// <summary>Draws the lanes.</summary>
    /// <param name="execution">What to draw.</param>
    /// <param name="lastEvents">How many of the last events to show; those before are only counted.</param>
    /// <returns>Lines of text.</returns>
    public static string Render(RecordedExecution execution, int lastEvents = DefaultEvents)
    {
        ArgumentNullException.ThrowIfNull(execution);
        ArgumentOutOfRangeException.ThrowIfNegative(lastEvents);
        int skipped = Math.Max(0, execution.Events.Count - lastEvents);
        RecordedEvent[] shown = [.. execution.Events.Skip(skipped)];
        int stepWidth = Math.Max("step".Length, Text(execution.Steps).Length);
        int[] widths = LaneWidths(execution, shown);
        var text = new StringBuilder();
        AppendRow(text, "step".PadLeft(stepWidth), widths, execution.Threads, "source");
        text.Append(new string('-', stepWidth));
        foreach (int width in widths)
        {
            text.Append("-+-").Append(new string('-', width));
        }

        text.Append("-+-------\n");
        if (skipped > 0)
        {
            AppendSkipped(text, execution, skipped);
        }

        foreach (RecordedEvent entry in shown)
        {
            var cells = new string[widths.Length];
            Array.Fill(cells, "");
            cells[entry.Thread] = Describe(entry);
            string step = entry.IsStep ? Text(entry.Step) : "";
            AppendRow(text, step.PadLeft(stepWidth), widths, cells, SourceOf(entry));
        }

        if (execution.FailureKind is { } kind)
        {
            text.Append(CultureInfo.InvariantCulture, $"{KebabCase.Of(kind)} at step {execution.Steps}: ")
                .Append(execution.FailureMessage)
                .Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What an event did, in one line: <c>add counter 1 -> 2</c>.</summary>
    private static string Describe(RecordedEvent entry)
    {
        var text = new StringBuilder(entry.Operation);
        AppendWord(text, " ", entry.Location);
        AppendWord(text, " ", entry.Before);
        AppendWord(text, " -> ", entry.After);
        AppendWord(text, ", ", entry.Note);
        return text.ToString();
    }

    private static void AppendWord(StringBuilder text, string separator, string word)
    {
        if (word.Length > 0)
        {
            text.Append(separator).Append(word);
        }
    }

    /// <summary>As wide as the widest text, within what all lanes together may take.</summary>
    private static int[] LaneWidths(RecordedExecution execution, RecordedEvent[] shown)
    {
        int[] widths = [.. execution.Threads.Select(name => name.Length)];
        foreach (RecordedEvent entry in shown)
        {
            widths[entry.Thread] = Math.Max(widths[entry.Thread], Describe(entry).Length);
        }

        int left = LanesWidth;
        int lanes = widths.Length;
        foreach (int lane in Enumerable.Range(0, widths.Length).OrderBy(lane => widths[lane]).ToArray())
        {
            widths[lane] = Math.Min(widths[lane], Math.Max(NarrowestLane, left / lanes));
            left -= widths[lane];
            lanes--;
        }

        return widths;
    }

    private static void AppendRow(
        StringBuilder text, string step, int[] widths, IReadOnlyList<string> cells, string source)
    {
        var row = new StringBuilder(step);
        for (int lane = 0; lane < widths.Length; lane++)
        {
            row.Append(Gap).Append(Fit(cells[lane], widths[lane]));
        }

        row.Append(Gap).Append(source);
        text.Append(row.ToString().TrimEnd()).Append('\n');
    }

    private static void AppendSkipped(StringBuilder text, RecordedExecution execution, int skipped)
    {
        IEnumerable<string> shares = execution.Events
            .Take(skipped)
            .CountBy(entry => entry.Thread)
            .OrderBy(share => share.Key)
            .Select(share => string.Create(
                CultureInfo.InvariantCulture, $"{execution.Threads[share.Key]} {share.Value}"));
        text.Append(CultureInfo.InvariantCulture, $"... {skipped} events before: {string.Join(", ", shares)}\n");
    }

    /// <summary>Pads a text, or cuts it in the middle, since both what is done and the outcome matter.</summary>
    private static string Fit(string text, int width)
    {
        if (text.Length <= width)
        {
            return text.PadRight(width);
        }

        int tail = (width - 2) / 2;
        return string.Concat(text.AsSpan(0, width - 2 - tail), "..", text.AsSpan(text.Length - tail));
    }

    private static string SourceOf(RecordedEvent entry)
        => entry.File.Length == 0 ? "" : SourceText.Of(entry.File, entry.Line);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
