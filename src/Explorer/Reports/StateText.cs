using System.Globalization;
using System.Text;

namespace Testbed.Explorer;

/// <summary>Shows where an execution was after one of its steps.</summary>
public static class StateText
{
    private const int MaxLocations = 40;

    /// <summary>Draws the state: threads, locks, notes and what was written.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="step">The step, with all that belongs to it; 0 for all that is before the first.</param>
    /// <returns>Lines of text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The execution has no such step.</exception>
    public static string Render(RecordedExecution execution, int step)
    {
        ArgumentNullException.ThrowIfNull(execution);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, execution.Steps);
        RecordedEvent[] past = [.. execution.Events.TakeWhile(happened => happened.Step <= step)];
        RecordedEvent[] future = [.. execution.Events.Skip(past.Length)];
        var text = new StringBuilder();
        string last = past.LastOrDefault(happened => happened.IsStep) is { } taken
            ? $": {execution.Threads[taken.Thread]}, {ScheduleText.Describe(taken)}{At(taken.File, taken.Line)}"
            : "";
        text.Append(CultureInfo.InvariantCulture, $"after step {step} of {execution.Steps}{last}\n");
        SortedDictionary<int, RecordedEvent> holders = HoldersOf(past);
        AppendThreads(text, execution, past, future, holders);
        AppendLocks(text, execution, future, holders);
        AppendNotes(text, past);
        AppendLocations(text, execution, past);
        return text.ToString();
    }

    private static void AppendThreads(
        StringBuilder text,
        RecordedExecution execution,
        RecordedEvent[] past,
        RecordedEvent[] future,
        SortedDictionary<int, RecordedEvent> holders)
    {
        text.Append("\nthreads\n");
        for (int thread = 0; thread < execution.Threads.Count; thread++)
        {
            bool hasStarted = thread == 0
                || past.Any(happened => happened.Operation == "start" && happened.Place.Number == thread);
            string state = !hasStarted
                ? "has not been started"
                : past.Any(happened => happened.Thread == thread && happened.Operation == "end")
                    ? "has ended"
                    : NextOf(execution, future, thread, holders);
            text.Append("  ").Append(execution.Threads[thread]).Append(": ").Append(state).Append('\n');
        }
    }

    private static string NextOf(
        RecordedExecution execution, RecordedEvent[] future, int thread, SortedDictionary<int, RecordedEvent> holders)
    {
        if (future.FirstOrDefault(happened => happened.Thread == thread) is { } next)
        {
            string waits = next.Operation == "enter"
                && holders.TryGetValue(next.Place.Number, out RecordedEvent? holder)
                && holder.Thread != thread
                    ? $", waits: {execution.Threads[holder.Thread]} holds it"
                    : "";
            return $"next is {$"{next.Operation} {next.Location}".TrimEnd()}{At(next.File, next.Line)}{waits}";
        }

        RecordedWait? wait = execution.Waits.FirstOrDefault(candidate => candidate.Thread == thread);
        return wait is null
            ? "takes no further step"
            : wait.IsBlocked ? wait.Text : $"next is {wait.Operation} {wait.Location}{At(wait.File, wait.Line)}";
    }

    private static void AppendLocks(
        StringBuilder text,
        RecordedExecution execution,
        RecordedEvent[] future,
        SortedDictionary<int, RecordedEvent> holders)
    {
        text.Append("\nlocks held\n");
        foreach ((int number, RecordedEvent taken) in holders)
        {
            IEnumerable<string> waiting = Enumerable.Range(0, execution.Threads.Count)
                .Where(thread => thread != taken.Thread && IsNextEnter(execution, future, thread, number))
                .Select(thread => execution.Threads[thread]);
            string waiters = string.Join(", ", waiting);
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {taken.Location}: {execution.Threads[taken.Thread]} since step {taken.Step}")
                .Append(At(taken.File, taken.Line))
                .Append(waiters.Length == 0 ? "" : $"; waiting: {waiters}")
                .Append('\n');
        }

        AppendNoneIf(text, holders.Count == 0);
    }

    private static bool IsNextEnter(RecordedExecution execution, RecordedEvent[] future, int thread, int number)
        => future.FirstOrDefault(happened => happened.Thread == thread) is { } next
            ? next.Operation == "enter" && next.Place.Number == number
            : execution.Waits.Any(wait =>
                wait.Thread == thread && wait.Operation == "enter" && wait.Place.Number == number);

    private static void AppendNotes(StringBuilder text, RecordedEvent[] past)
    {
        text.Append("\nnotes\n");
        IGrouping<int, RecordedEvent>[] notes =
        [
            .. past.Where(happened => happened.Place.Kind == PlaceKind.Note)
                .GroupBy(happened => happened.Place.Number)
                .OrderBy(note => note.Key),
        ];
        foreach (IGrouping<int, RecordedEvent> note in notes)
        {
            RecordedEvent? last = note.LastOrDefault(happened => happened.Operation is "wake" or "clear");
            string state = last is null
                ? "clear"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(last.Operation == "wake" ? "woken" : "clear")} since step {last.Step}");
            text.Append("  ").Append(note.First().Location).Append(": ").Append(state).Append('\n');
        }

        AppendNoneIf(text, notes.Length == 0);
    }

    /// <summary>The locations that were written, the latest first.</summary>
    private static void AppendLocations(StringBuilder text, RecordedExecution execution, RecordedEvent[] past)
    {
        text.Append("\nlocations written, the latest first\n");
        RecordedEvent[] written =
        [
            .. past.Reverse()
                .Where(happened => happened.Writes && happened.After.Length > 0)
                .DistinctBy(happened => happened.Place),
        ];
        foreach (RecordedEvent write in written.Take(MaxLocations))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {write.Location} = {write.After}, {execution.Threads[write.Thread]} at step {write.Step}\n");
        }

        if (written.Length > MaxLocations)
        {
            text.Append(CultureInfo.InvariantCulture, $"  and {written.Length - MaxLocations} written before\n");
        }

        AppendNoneIf(text, written.Length == 0);
    }

    private static SortedDictionary<int, RecordedEvent> HoldersOf(RecordedEvent[] past)
    {
        var holders = new SortedDictionary<int, RecordedEvent>();
        foreach (RecordedEvent happened in past)
        {
            if (happened.Operation == "enter")
            {
                holders[happened.Place.Number] = happened;
            }
            else if (happened.Operation == "exit")
            {
                holders.Remove(happened.Place.Number);
            }
        }

        return holders;
    }

    private static void AppendNoneIf(StringBuilder text, bool condition)
    {
        if (condition)
        {
            text.Append("  none\n");
        }
    }

    private static string At(string file, int line) => file.Length == 0 ? "" : $" ({SourceText.Of(file, line)})";
}
