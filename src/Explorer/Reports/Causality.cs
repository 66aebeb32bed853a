namespace Testbed.Explorer;

/// <summary>
/// What led to what in a recorded execution: which write each read read from, and what happens before what, in every
/// execution with the same synchronization.
/// </summary>
internal sealed class Causality
{
    private const int WordShift = 3;

    /// <summary>A longer range counts as the whole block, rather than word by word.</summary>
    private const long MaxRange = 1 << 20;

    private readonly IReadOnlyList<RecordedEvent> _events;
    private readonly int[] _sources;
    private readonly List<CausalEdge> _edges = [];

    /// <summary>By event: how many events of its thread there had been, itself included.</summary>
    private readonly int[] _ordinals;

    /// <summary>By event: how many events of each thread happened before it, those of its own thread aside.</summary>
    private readonly int[][] _clocks;

    /// <summary>By thread: its clock now.</summary>
    private readonly int[][] _current;

    /// <summary>By event: what a read of it acquires, or null.</summary>
    private readonly int[]?[] _released;

    /// <summary>By block and word: the writes of it, oldest first.</summary>
    private readonly Dictionary<(int Block, long Word), List<int>> _writes = [];

    /// <summary>By block: the last write of all of it.</summary>
    private readonly Dictionary<int, int> _wholeWrites = [];

    /// <summary>By lock, note or thread: the event that whoever waits for it is ordered after.</summary>
    private readonly Dictionary<(PlaceKind Kind, int Number), int> _signals = [];

    private readonly int[] _fence;

    /// <summary>Works it out.</summary>
    /// <param name="execution">The execution.</param>
    internal Causality(RecordedExecution execution)
    {
        _events = execution.Events;
        _sources = new int[_events.Count];
        _ordinals = new int[_events.Count];
        _clocks = new int[_events.Count][];
        _released = new int[]?[_events.Count];
        _fence = new int[execution.Threads.Count];
        _current = [.. execution.Threads.Select(_ => new int[execution.Threads.Count])];
        for (int i = 0; i < _events.Count; i++)
        {
            Add(i);
        }
    }

    /// <summary>What leads from one thread to another, in the order of the later events.</summary>
    internal IReadOnlyList<CausalEdge> Edges => _edges;

    /// <summary>The index of the event that wrote what an event read; -1 if it read nothing that was written.</summary>
    internal int SourceOf(int index) => _sources[index];

    /// <summary>Whether one event comes before another in every execution with the same synchronization.</summary>
    internal bool HappensBefore(int earlier, int later)
    {
        int thread = _events[earlier].Thread;
        return thread == _events[later].Thread
            ? earlier < later
            : _clocks[later][thread] >= _ordinals[earlier];
    }

    private void Add(int index)
    {
        RecordedEvent happened = _events[index];
        int thread = happened.Thread;
        _sources[index] = happened.Reads ? FindWrite(happened.Place) : -1;
        Acquire(index, happened);
        _clocks[index] = (int[])_current[thread].Clone();
        _ordinals[index] = ++_current[thread][thread];
        Release(index, happened);
        if (happened.Writes)
        {
            AddWrite(index, happened);
        }
    }

    /// <summary>Orders an event after what it waited for or read.</summary>
    private void Acquire(int index, RecordedEvent happened)
    {
        switch (happened.Operation)
        {
            case "begin":
                AcquireSignal(index, happened, CausalEdgeKind.Start);
                break;
            case "join":
                AcquireSignal(index, happened, CausalEdgeKind.Join);
                break;
            case "enter":
                AcquireSignal(index, happened, CausalEdgeKind.Lock);
                break;
            case "sleep" or "timed-sleep" when happened.Note.Length == 0:
                AcquireSignal(index, happened, CausalEdgeKind.Wake);
                break;
            case "memory-barrier":
                // Two fences order each other only if something was read between them: this orders more than that.
                Join(_current[happened.Thread], _fence);
                break;
            default:
                AcquireValue(index, happened);
                break;
        }
    }

    private void AcquireSignal(int index, RecordedEvent happened, CausalEdgeKind kind)
    {
        if (_signals.TryGetValue((happened.Place.Kind, happened.Place.Number), out int signal))
        {
            AddEdge(signal, index, kind);
            Join(_current[happened.Thread], _released[signal]!);
        }
    }

    private void AcquireValue(int index, RecordedEvent happened)
    {
        int source = _sources[index];
        if (source < 0 || _events[source].Operation == "allocate")
        {
            return;
        }

        int[]? released = happened.IsStep && happened.Operation != "racy-read" ? _released[source] : null;
        AddEdge(source, index, released is null ? CausalEdgeKind.Data : CausalEdgeKind.Release);
        if (released is not null)
        {
            Join(_current[happened.Thread], released);
        }
    }

    /// <summary>Keeps what a later event may be ordered after.</summary>
    private void Release(int index, RecordedEvent happened)
    {
        int[] now = _current[happened.Thread];
        switch (happened.Operation)
        {
            case "start" or "end" or "exit" or "wake":
                _released[index] = (int[])now.Clone();
                _signals[(happened.Place.Kind, happened.Place.Number)] = index;
                break;
            case "clear":
                _signals.Remove((happened.Place.Kind, happened.Place.Number));
                break;
            case "memory-barrier":
                Join(_fence, now);
                break;
            case "racy-write":
                break;
            default:
                if (happened is { IsStep: true, Writes: true })
                {
                    _released[index] = (int[])now.Clone();
                }

                break;
        }
    }

    private void AddEdge(int from, int to, CausalEdgeKind kind)
    {
        if (_events[from].Thread != _events[to].Thread)
        {
            _edges.Add(new CausalEdge(from, to, kind));
        }
    }

    private int FindWrite(RecordedPlace place)
    {
        if (place.Kind != PlaceKind.Memory)
        {
            return -1;
        }

        int found = _wholeWrites.GetValueOrDefault(place.Number, -1);
        for (long word = place.Offset >> WordShift; word <= (place.Offset + place.Bytes - 1) >> WordShift; word++)
        {
            if (_writes.TryGetValue((place.Number, word), out List<int>? writes))
            {
                int last = writes.FindLastIndex(write => _events[write].Place.Overlaps(place));
                found = last < 0 ? found : Math.Max(found, writes[last]);
            }
        }

        return found;
    }

    private void AddWrite(int index, RecordedEvent happened)
    {
        RecordedPlace place = happened.Place;
        if (happened.Operation is "allocate" or "free" || place.Bytes > MaxRange)
        {
            _wholeWrites[place.Number] = index;
            return;
        }

        for (long word = place.Offset >> WordShift; word <= (place.Offset + place.Bytes - 1) >> WordShift; word++)
        {
            if (!_writes.TryGetValue((place.Number, word), out List<int>? writes))
            {
                _writes.Add((place.Number, word), writes = []);
            }

            writes.Add(index);
        }
    }

    private static void Join(int[] clock, int[] other)
    {
        for (int thread = 0; thread < clock.Length; thread++)
        {
            clock[thread] = Math.Max(clock[thread], other[thread]);
        }
    }
}
