namespace Testbed.Explorer;

/// <summary>Finds the events of an execution that matter to its failure.</summary>
/// <remarks><see cref="Rule"/> says in words what this does: change both together.</remarks>
internal sealed class Relevance
{
    /// <summary>The rule, for those who read the result.</summary>
    internal static readonly string Rule =
        $"""
        An execution of up to {ShortExecution} rows is shown whole. Of a longer one these rows matter: the last
        {LastOfFailing} of the thread that failed (of a deadlock: of each) and the last {LastOfOthers} of every other
        that had not ended; the last {PerThread} of each thread on every location among those that several threads use
        and one changes, and on every lock or note that a thread waits for; of a block that was used after its end, who
        made it, freed it, and put its address where it was found; and the write that any of these rows read from, if
        another thread made it. What came before the second thread was started is left out.
        """.ReplaceLineEndings(" ");

    private const int ShortExecution = 40;
    private const int LastOfFailing = 10;
    private const int LastOfOthers = 4;
    private const int PerThread = 3;
    private const int SmallestFold = 3;
    private const int WordShift = 3;

    private readonly RecordedExecution _execution;
    private readonly IReadOnlyList<RecordedEvent> _events;
    private readonly Causality _causality;
    private readonly bool[] _matters;
    private readonly Queue<int> _unfollowed = [];

    /// <summary>The event from which on there are several threads.</summary>
    private readonly int _firstStart;

    private Relevance(RecordedExecution execution, Causality causality)
    {
        _execution = execution;
        _events = execution.Events;
        _causality = causality;
        _matters = new bool[_events.Count];
        _firstStart = _events.TakeWhile(happened => happened.Operation != "start").Count();
    }

    /// <summary>Finds them.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="causality">What led to what in it.</param>
    /// <returns>By event, whether it matters.</returns>
    internal static bool[] Find(RecordedExecution execution, Causality causality)
    {
        var search = new Relevance(execution, causality);
        search.Find();
        return search._matters;
    }

    private void Find()
    {
        if (_events.Count <= ShortExecution)
        {
            Array.Fill(_matters, true);
            return;
        }

        List<int> last = FindLast();
        last.ForEach(Add);
        ILookup<(PlaceKind, int, long), int> byPlace = Enumerable.Range(0, _events.Count)
            .Where(index => _events[index].Place.Kind != PlaceKind.None && !IsRange(_events[index]))
            .ToLookup(index => KeyOf(_events[index].Place));
        bool isOfBlock = _execution.FailureKind is FailureKind.UseAfterFree or FailureKind.DoubleFree
            && _events.Count > 0;
        List<int> keys = isOfBlock ? FindLife() : last;
        keys.ForEach(Add);
        IEnumerable<(PlaceKind, int, long)> places = keys
            .Where(index => _events[index].Place.Kind == PlaceKind.Memory && !IsRange(_events[index]))
            .Select(index => KeyOf(_events[index].Place))
            .Where(place => IsContended([.. byPlace[place]]))
            .Concat(_execution.Waits.Where(wait => wait.IsBlocked).Select(wait => KeyOf(wait.Place)))
            .Distinct();
        foreach ((PlaceKind, int, long) place in places)
        {
            foreach (IGrouping<int, int> thread in byPlace[place].GroupBy(index => _events[index].Thread))
            {
                AddAll(thread.TakeLast(PerThread).Where(index => index > _firstStart));
            }
        }

        AddSources();
        FillGaps();
    }

    private void AddSources()
    {
        while (_unfollowed.TryDequeue(out int index))
        {
            int source = _causality.SourceOf(index);
            if (source > _firstStart && _events[source].Thread != _events[index].Thread && !IsRange(_events[source]))
            {
                Add(source);
            }
        }
    }

    /// <summary>What is shorter than the line that would stand for it.</summary>
    private void FillGaps()
    {
        int gap = 0;
        for (int index = 0; index < _matters.Length; index++)
        {
            if (_matters[index] && gap is > 0 and < SmallestFold && index > gap)
            {
                Array.Fill(_matters, true, index - gap, gap);
            }

            gap = _matters[index] ? 0 : gap + 1;
        }
    }

    /// <summary>The last events of each thread that had not ended.</summary>
    private List<int> FindLast()
    {
        var left = new int[_execution.Threads.Count];
        if (_execution.FailureThread >= 0)
        {
            left[_execution.FailureThread] = LastOfFailing;
        }

        foreach (RecordedWait wait in _execution.Waits)
        {
            left[wait.Thread] = _execution.FailureThread < 0 ? LastOfFailing : LastOfOthers;
        }

        if (_execution.FailureKind is null)
        {
            Array.Fill(left, LastOfOthers);
        }

        var found = new List<int>();
        for (int index = _events.Count - 1; index >= 0; index--)
        {
            if (left[_events[index].Thread]-- > 0)
            {
                found.Add(index);
            }
        }

        return found;
    }

    /// <summary>The life of the block that was used after its end: see <see cref="BlockLife"/>.</summary>
    private List<int> FindLife()
        => [.. BlockLife.Find(_execution).Events().Append(_events.Count - 1)];

    private bool IsContended(int[] accesses)
        => accesses.Any(index => _events[index].Writes)
            && accesses.Select(index => _events[index].Thread).Distinct().Skip(1).Any();

    private void AddAll(IEnumerable<int> indexes)
    {
        foreach (int index in indexes)
        {
            Add(index);
        }
    }

    private void Add(int index)
    {
        if (!_matters[index])
        {
            _matters[index] = true;
            _unfollowed.Enqueue(index);
        }
    }

    private static bool IsRange(RecordedEvent happened)
        => happened.Operation is "allocate" or "free" or "zero" or "copy";

    private static (PlaceKind Kind, int Number, long Word) KeyOf(RecordedPlace place)
        => (place.Kind, place.Number, place.Kind == PlaceKind.Memory ? place.Offset >> WordShift : 0);
}
