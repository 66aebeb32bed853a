using System.Globalization;
using System.Text;

namespace Testbed.Explorer;

/// <summary>Shows an execution the way people read one: a lane a thread, time downwards.</summary>
/// <remarks>
/// The first column is the number of the step; what has none is no step of its own (plain accesses, allocations, ends
/// of threads) and happens together with the step above it. A read says in which step what it read was written, if
/// another thread wrote it. Behind the last row stands what each thread waits for that had not ended. The last column
/// is the line of source text.
/// </remarks>
public static class ScheduleText
{
    private const int LanesWidth = 132;
    private const int NarrowestLane = 16;
    private const string Gap = " | ";

    /// <summary>Draws the lanes, and tells below them what happened.</summary>
    /// <param name="execution">What to draw.</param>
    /// <param name="all">Whether to show all rows rather than those that matter to the failure.</param>
    /// <returns>Lines of text.</returns>
    public static string Render(RecordedExecution execution, bool all = false)
    {
        ArgumentNullException.ThrowIfNull(execution);
        var explanation = new Explanation(execution);
        bool[] matters = explanation.Matters;
        int[] shown = [.. Enumerable.Range(0, matters.Length).Where(index => all || matters[index])];
        string[] ends = EndsOf(execution);
        int stepWidth = Math.Max("step".Length, Text(execution.Steps).Length);
        int[] widths = LaneWidths(explanation, shown, ends);
        var text = new StringBuilder();
        AppendRow(text, "step".PadLeft(stepWidth), widths, execution.Threads, "source");
        text.Append(new string('-', stepWidth));
        foreach (int width in widths)
        {
            text.Append("-+-").Append(new string('-', width));
        }

        text.Append("-+-------\n");
        foreach ((int first, int count, bool matter) in explanation.Stretches())
        {
            if (matter || all)
            {
                AppendRows(text, explanation, first, count, stepWidth, widths);
            }
            else
            {
                text.Append("... ").Append(explanation.DescribeStretch(first, count)).Append('\n');
            }
        }

        if (ends.Any(end => end.Length > 0))
        {
            AppendRow(text, "end".PadLeft(stepWidth), widths, ends, "");
        }

        AppendFailure(text, execution);
        AppendStory(text, explanation);
        return text.ToString();
    }

    /// <summary>What an event did, in one line: <c>add counter 1 -> 2</c>.</summary>
    internal static string Describe(RecordedEvent entry)
    {
        var text = new StringBuilder(entry.Operation);
        AppendWord(text, " ", entry.Location);
        AppendWord(text, " ", entry.Before);
        AppendWord(text, " -> ", entry.After);
        AppendWord(text, ", ", entry.Note);
        return text.ToString();
    }

    private static string Describe(Explanation explanation, int index)
    {
        RecordedEvent entry = explanation.Execution.Events[index];
        string text = Describe(entry);
        int source = explanation.Causality.SourceOf(index);
        return source >= 0
            && explanation.Execution.Events[source].Thread != entry.Thread
            && explanation.StepReadFrom(index) is { } step
                ? string.Create(CultureInfo.InvariantCulture, $"{text} (from {step})")
                : text;
    }

    /// <summary>By thread: what it waits for at the end, if it had not ended.</summary>
    private static string[] EndsOf(RecordedExecution execution)
    {
        var ends = new string[execution.Threads.Count];
        Array.Fill(ends, "");
        foreach (RecordedWait wait in execution.Waits)
        {
            string what = $"{wait.Operation} {wait.Location}".TrimEnd();
            ends[wait.Thread] = wait.IsBlocked ? $"waits: {what}" : $"next: {what}";
        }

        return ends;
    }

    private static void AppendRows(
        StringBuilder text, Explanation explanation, int first, int count, int stepWidth, int[] widths)
    {
        for (int index = first; index < first + count; index++)
        {
            RecordedEvent entry = explanation.Execution.Events[index];
            var cells = new string[widths.Length];
            Array.Fill(cells, "");
            cells[entry.Thread] = Describe(explanation, index);
            string step = entry.IsStep ? Text(entry.Step) : "";
            AppendRow(text, step.PadLeft(stepWidth), widths, cells, SourceOf(entry));
        }
    }

    private static void AppendFailure(StringBuilder text, RecordedExecution execution)
    {
        if (execution.FailureKind is { } kind)
        {
            text.Append(CultureInfo.InvariantCulture, $"{KebabCase.Of(kind)} at step {execution.Steps}: ")
                .Append(execution.FailureMessage)
                .Append('\n');
        }
    }

    private static void AppendStory(StringBuilder text, Explanation explanation)
    {
        if (explanation.Story.Count == 0)
        {
            return;
        }

        text.Append("\nWhat happened:\n");
        foreach (string sentence in explanation.Story)
        {
            text.Append("- ").Append(sentence).Append('\n');
        }
    }

    private static void AppendWord(StringBuilder text, string separator, string word)
    {
        if (word.Length > 0)
        {
            text.Append(separator).Append(word);
        }
    }

    /// <summary>As wide as the widest text, within what all lanes together may take.</summary>
    private static int[] LaneWidths(Explanation explanation, int[] shown, string[] ends)
    {
        int[] widths = [.. explanation.Execution.Threads.Zip(ends, (name, end) => Math.Max(name.Length, end.Length))];
        foreach (int index in shown)
        {
            int lane = explanation.Execution.Events[index].Thread;
            widths[lane] = Math.Max(widths[lane], Describe(explanation, index).Length);
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
