using System.Globalization;

namespace Testbed.Explorer;

/// <summary>Tells in plain sentences how an execution came to fail: who did what, at which step.</summary>
internal sealed class Story
{
    private const int MaxReads = 4;
    private const int MaxPatterns = 3;
    private const int MaxChanges = 2;
    private const int RowsBeforeWait = 10;

    /// <summary>A read and the write of what was made of its value stand so close together in the source.</summary>
    private const int MaxLinesApart = 12;

    private readonly RecordedExecution _execution;
    private readonly IReadOnlyList<RecordedEvent> _events;
    private readonly Causality _causality;
    private readonly bool[] _matters;
    private readonly List<string> _sentences = [];
    private readonly HashSet<int> _cited = [];

    private Story(RecordedExecution execution, Causality causality, bool[] matters)
    {
        _execution = execution;
        _events = execution.Events;
        _causality = causality;
        _matters = matters;
    }

    /// <summary>Tells it.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="causality">What led to what in it.</param>
    /// <param name="matters">Which events matter.</param>
    /// <param name="cited">The events that the sentences name.</param>
    /// <returns>Sentences; those that name a step say <c>step N</c>.</returns>
    internal static IReadOnlyList<string> Tell(
        RecordedExecution execution, Causality causality, bool[] matters, out IReadOnlyCollection<int> cited)
    {
        var story = new Story(execution, causality, matters);
        story.Tell();
        cited = story._cited;
        return story._sentences;
    }

    private void Tell()
    {
        switch (_execution.FailureKind)
        {
            case null:
                return;
            case FailureKind.DataRace:
            case FailureKind.UseAfterFree when _events[^1].Operation == "free":
                TellOfRace();
                break;
            case FailureKind.UseAfterFree or FailureKind.DoubleFree:
                TellOfBlock();
                break;
            case FailureKind.Deadlock or FailureKind.Livelock:
                TellOfWaits();
                break;
            default:
                TellOfInterleavings();
                TellOfReads();
                break;
        }

        if (_execution.FailureThread >= 0 && _sentences.Count > 0)
        {
            string message = _execution.FailureMessage.Split('\n')[0];
            _sentences.Add($"Then {Name(_execution.FailureThread)} failed at step {_execution.Steps}: {message}");
        }
    }

    /// <summary>Two accesses that nothing orders, of which the last event is one.</summary>
    private void TellOfRace()
    {
        int second = _events.Count - 1;
        RecordedEvent last = _events[second];
        int first = Enumerable.Range(0, second).LastOrDefault(
            index => _events[index].Thread != last.Thread
                && (_events[index].Writes || last.Writes)
                && _events[index].Place.Overlaps(last.Place)
                && !_causality.HappensBefore(index, second),
            -1);
        if (first >= 0)
        {
            _sentences.Add($"{Who(first)} did {Does(first)} {At(first)}.");
            _sentences.Add($"{Who(second)} did {Does(second)} {At(second)}.");
            _sentences.Add("Nothing orders the two: no lock, note or atomic access leads from one to the other, so in "
                + "another schedule they come the other way round.");
        }
    }

    /// <summary>Who made a block, who ended it, and where the one that used it had its address from.</summary>
    private void TellOfBlock()
    {
        int use = _events.Count - 1;
        BlockLife life = BlockLife.Find(_execution);
        if (life.Made < 0 || life.Freed < 0)
        {
            return;
        }

        _sentences.Add($"{Who(life.Made)} allocated {_events[life.Made].Location} {At(life.Made)}.");
        if (life.Taken >= 0)
        {
            int put = _causality.SourceOf(life.Taken);
            string from = put >= 0 ? $", where {Who(put)} had put it {At(put)}" : "";
            _sentences.Add(
                $"{Who(life.Taken)} took its address from {_events[life.Taken].Location} {At(life.Taken)}{from}.");
        }

        _sentences.Add($"{Who(life.Freed)} freed it {At(life.Freed)}.");
        string late = life.Taken >= 0 && life.Taken < life.Freed ? ", by the address from before the free" : "";
        _sentences.Add($"{Who(use)} used it {At(use)} all the same: {Does(use)}{late}.");
        if (!_causality.HappensBefore(life.Freed, use))
        {
            _sentences.Add("Nothing orders the two: no lock, note or atomic access leads from one to the other.");
        }
    }

    /// <summary>Who waits for whom, and what the last thing was that happened to what they wait for.</summary>
    private void TellOfWaits()
    {
        foreach (RecordedWait wait in _execution.Waits)
        {
            _sentences.Add(Capital(wait.Text) + ".");
            int last = FindLast(
                _events.Count,
                happened => happened.Place.Kind != PlaceKind.Memory && happened.Place.Overlaps(wait.Place));
            switch (wait.Operation)
            {
                case "enter" when last >= 0:
                    _sentences.Add($"{Who(last)} took it {At(last)} and has not given it back.");
                    break;
                case "sleep" or "timed-sleep":
                    TellOfNote(wait);
                    break;
                case "spin":
                    TellOfSpin(wait);
                    break;
                default:
                    break;
            }

            TellOfChangesSince(wait.Thread);
        }

        TellOfCycle();
    }

    private void TellOfNote(RecordedWait wait)
    {
        int woken = FindLast(
            _events.Count, happened => happened.Operation == "wake" && happened.Place.Overlaps(wait.Place));
        int cleared = FindLast(
            _events.Count, happened => happened.Operation == "clear" && happened.Place.Overlaps(wait.Place));
        _sentences.Add(woken < 0
            ? $"Nobody ever woke {wait.Location}, and nobody is left who could."
            : cleared > woken
                ? $"{Who(woken)} last woke {wait.Location} {At(woken)}, and {Who(cleared)} cleared it {At(cleared)}; "
                    + "nobody is left who could wake it again."
                : $"{Who(woken)} last woke {wait.Location} {At(woken)}.");
    }

    /// <summary>What others changed of what a thread looked at before it began to wait.</summary>
    private void TellOfChangesSince(int thread)
    {
        int last = FindLast(_events.Count, happened => happened.Thread == thread);
        RecordedPlace[] seen =
        [
            .. _events.Take(last + 1)
                .Where(happened => happened.Thread == thread)
                .TakeLast(RowsBeforeWait)
                .Where(happened => happened.Place.Kind == PlaceKind.Memory)
                .Select(happened => happened.Place),
        ];
        int[] changes =
        [
            .. Enumerable.Range(last + 1, _events.Count - last - 1)
                .Where(index => _events[index].Writes
                    && _events[index].After != _events[index].Before
                    && seen.Any(place => place.Overlaps(_events[index].Place))),
        ];
        foreach (int change in changes.TakeLast(MaxChanges))
        {
            RecordedEvent happened = _events[change];
            _sentences.Add($"Since {Name(thread)} waits, {Who(change)} has changed {happened.Location} from "
                + $"{happened.Before} to {happened.After} {At(change)}.");
        }
    }

    private void TellOfSpin(RecordedWait wait)
    {
        int read = FindLast(_events.Count, happened => happened.Thread == wait.Thread && happened.Reads);
        if (read >= 0)
        {
            string from = WrittenText(_causality.SourceOf(read));
            _sentences.Add($"It last read {_events[read].Location} = {_events[read].Before} {At(read)}{from}.");
        }
    }

    /// <summary>A circle of threads that hold what the next one waits for.</summary>
    private void TellOfCycle()
    {
        Dictionary<int, int> holders = HoldersOf();
        Dictionary<int, int> waitsFor = [];
        foreach (RecordedWait wait in _execution.Waits)
        {
            if (wait.Operation == "enter" && holders.TryGetValue(wait.Place.Number, out int holder))
            {
                waitsFor[wait.Thread] = holder;
            }
        }

        foreach (RecordedWait wait in _execution.Waits)
        {
            var circle = new List<int>();
            int thread = wait.Thread;
            while (!circle.Contains(thread))
            {
                circle.Add(thread);
                if (!waitsFor.TryGetValue(thread, out thread))
                {
                    break;
                }
            }

            if (waitsFor.ContainsKey(circle[^1]) && thread == wait.Thread)
            {
                string names = string.Join(" waits for ", circle.Append(thread).Select(Name));
                _sentences.Add($"They wait in a circle: {names}.");
                return;
            }
        }
    }

    private Dictionary<int, int> HoldersOf()
    {
        Dictionary<int, int> holders = [];
        foreach (RecordedEvent happened in _events)
        {
            if (happened.Operation == "enter")
            {
                holders[happened.Place.Number] = happened.Thread;
            }
            else if (happened.Operation == "exit")
            {
                holders.Remove(happened.Place.Number);
            }
        }

        return holders;
    }

    /// <summary>What the failing thread last saw of others.</summary>
    private void TellOfReads()
    {
        var told = new List<string>();
        int firstStart = _events.TakeWhile(happened => happened.Operation != "start").Count();
        for (int index = _events.Count - 1; index >= 0 && told.Count < MaxReads; index--)
        {
            int source = _causality.SourceOf(index);
            if (_matters[index]
                && _events[index].Thread == _execution.FailureThread
                && source > firstStart
                && _events[source].Thread != _events[index].Thread)
            {
                told.Add($"{Who(index)} read {_events[index].Location} = {_events[index].Before} {At(index)}"
                    + $"{WrittenText(source)}.");
            }
        }

        told.Reverse();
        _sentences.AddRange(told);
    }

    /// <summary>Writes of others that came between two accesses of a thread that did not notice.</summary>
    private void TellOfInterleavings()
    {
        var told = new List<string>();
        for (int last = _events.Count - 1; last >= 0 && told.Count < MaxPatterns; last--)
        {
            if (_matters[last] && _events[last] is { Writes: true, IsStep: true } && Interleaving(last) is { } text)
            {
                told.Add(text);
            }
        }

        told.Reverse();
        _sentences.AddRange(told);
    }

    /// <summary>A thread read, others wrote, and the thread wrote what it made of the value that it had read.</summary>
    private string? Interleaving(int write)
    {
        RecordedEvent second = _events[write];
        int read = FindLast(
            write, happened => happened.Thread == second.Thread && happened.Place.Overlaps(second.Place));
        if (read < 0 || !_events[read].Reads)
        {
            return null;
        }

        int[] between =
        [
            .. Enumerable.Range(read + 1, write - read - 1)
                .Where(index => _events[index].Writes && _events[index].Place.Overlaps(second.Place)),
        ];
        if (between.Length == 0)
        {
            return null;
        }

        string seen = $"{Who(read)} read {second.Location} = {_events[read].Before} {At(read)}; ";
        string others = string.Join(
            ", ", between.Select(index => $"{Who(index)} made it {_events[index].After} {At(index)}"));
        if (!second.Reads)
        {
            bool isOneDeed = second.File == _events[read].File
                && Math.Abs(second.Line - _events[read].Line) <= MaxLinesApart;
            string end = $"{Who(write)} wrote {second.After} over that {At(write)} without having seen it.";
            return isOneDeed ? $"{seen}{others}; {end}" : null;
        }

        return second.Operation == "compare-exchange" && second.Before == _events[read].Before
            ? $"{seen}{others}; so the compare-exchange of {Who(write)} found the same value again {At(write)} and "
                + "could not tell that it had changed (ABA)."
            : null;
    }

    private int FindLast(int before, Func<RecordedEvent, bool> condition)
    {
        for (int index = before - 1; index >= 0; index--)
        {
            if (condition(_events[index]))
            {
                return index;
            }
        }

        return -1;
    }

    private string WrittenText(int source) => source < 0 ? "" : $", which {Who(source)} had written {At(source)}";

    private string Who(int index) => Name(_events[index].Thread);

    private string Name(int thread) => $"'{_execution.Threads[thread]}'";

    private string At(int index)
    {
        _cited.Add(index);
        RecordedEvent happened = _events[index];
        string source = happened.File.Length == 0 ? "" : $" ({SourceText.Of(happened.File, happened.Line)})";
        return string.Create(CultureInfo.InvariantCulture, $"at step {happened.Step}{source}");
    }

    private string Does(int index) => $"{_events[index].Operation} {_events[index].Location}".TrimEnd();

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
