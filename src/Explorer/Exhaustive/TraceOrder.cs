using System.Runtime.InteropServices;

namespace Testbed.Explorer;

/// <summary>
/// Works out for one execution what happens before what, and which steps race. One worker's, used over and over.
/// </summary>
internal sealed class TraceOrder
{
    private const int WordShift = 3;

    /// <summary>By block and word in it: the last entry of <see cref="_accesses"/> that touches it.</summary>
    private readonly Dictionary<(ulong Object, long Word), int> _words = [];

    /// <summary>Accesses by word: where on the path, and the entry before it of the same word, or -1.</summary>
    private readonly List<(int Index, int Previous)> _accesses = [];

    /// <summary>By lock: where it was last entered and last left.</summary>
    private readonly Dictionary<ulong, (int Entered, int Left)> _locks = [];

    /// <summary>By note: the last step about it.</summary>
    private readonly Dictionary<ulong, int> _notes = [];

    /// <summary>By thread number: where it was started.</summary>
    private readonly List<int> _starts = [];

    /// <summary>By thread number: its last step or choice.</summary>
    private readonly List<int> _last = [];

    private readonly Dictionary<ulong, int> _threads = [];
    private readonly List<int> _candidates = [];
    private readonly List<Race> _races = [];
    private List<SearchNode> _path = [];
    private int _lastForced;

    /// <summary>Works it out.</summary>
    /// <param name="path">The execution; its nodes' clocks are filled in.</param>
    /// <param name="waiting">The threads that never took the step that they wait to take.</param>
    /// <param name="firstNew">The first step whose races nobody has looked for.</param>
    /// <returns>The races whose second step is new or was not taken.</returns>
    internal IReadOnlyList<Race> Find(List<SearchNode> path, IReadOnlyList<Candidate> waiting, int firstNew)
    {
        Clear(path);
        for (int i = 1; i < path.Count; i++)
        {
            SearchNode node = path[i];

            int[]? known = i < firstNew ? node.Clock : null;
            int[] clock = known ?? Before(node.Thread, node.Step.Kind, node.Step.Object);
            if (!node.Step.IsChoice)
            {
                Relate(node.Step, node.Operation, node.Thread, i, known is null ? clock : null, i >= firstNew, node.NeedsWake);
            }

            clock[node.Thread] = i;
            node.Clock = clock;
            Note(node, i);
        }

        foreach (Candidate candidate in waiting)
        {
            Relate(
                candidate.Step,
                candidate.Operation,
                candidate.Thread,
                path.Count,
                Before(candidate.Thread, candidate.Step.Kind, candidate.Step.Object),
                true,
                candidate.NeedsWake);
        }

        return _races;
    }

    /// <summary>What must be taken before the first step of a race for the second to come before it.</summary>
    internal Sequence Reverse(in Race race)
    {
        var sequence = new Sequence();
        int thread = _path[race.First].Thread;
        for (int i = race.First + 1; i < _path.Count; i++)
        {
            SearchNode node = _path[i];
            if (i != race.Second && !(thread < node.Clock!.Length && node.Clock[thread] >= race.First))
            {
                sequence.Add(node.Step, node.Thread, i, node.Clock);
            }
        }

        sequence.AddMoved(race.Moved, race.Thread);
        return sequence;
    }

    /// <summary>A number that is the same for two executions if they differ only in the order of independent steps.</summary>
    internal ulong TraceHash()
    {
        var counts = new int[_path.Count];
        var taken = new int[_last.Count];
        ulong sum = 0;
        for (int i = 1; i < _path.Count; i++)
        {
            SearchNode node = _path[i];
            counts[i] = ++taken[node.Thread];
            ulong hash = Mix(node.Step.Thread, (ulong)counts[i]);
            hash = Mix(hash, node.Step.IsChoice ? 99 : (ulong)node.Step.Kind + (node.Step.Changes ? 100UL : 0));
            hash = Mix(hash, node.Step.Object);
            hash = Mix(hash, (ulong)node.Step.Offset);
            ulong past = 0;
            for (int thread = 0; thread < node.Clock!.Length; thread++)
            {
                if (node.Clock[thread] > 0)
                {
                    past += Mix(_path[node.Clock[thread]].Step.Thread, (ulong)counts[node.Clock[thread]]);
                }
            }

            sum += Mix(hash, past);
        }

        return sum;
    }

    private static ulong Mix(ulong one, ulong other)
    {
        ulong value = (one ^ (other + 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 29)) * 0x94D049BB133111EB;
        return value ^ (value >> 32);
    }

    private void Clear(List<SearchNode> path)
    {
        _path = path;
        _words.Clear();
        _accesses.Clear();
        _locks.Clear();
        _notes.Clear();
        _threads.Clear();
        _races.Clear();
        _starts.Clear();
        _last.Clear();
        _starts.Add(0);
        _last.Add(0);
        _lastForced = 0;
    }

    /// <summary>What happens before a thread's next step by the thread's own order, starts and ends.</summary>
    private int[] Before(int thread, OperationKind kind, ulong target)
    {
        var clock = new int[_last.Count];
        Join(clock, _last[thread] > 0 ? _last[thread] : _starts[thread]);
        Join(clock, _lastForced);
        if (kind == OperationKind.Join && _threads.TryGetValue(target, out int joined))
        {
            Join(clock, _last[joined]);
        }

        return clock;
    }

    private void Join(int[] clock, int index)
    {
        if (index == 0)
        {
            return;
        }

        int[] other = _path[index].Clock!;
        for (int i = 0; i < other.Length; i++)
        {
            clock[i] = Math.Max(clock[i], other[i]);
        }
    }

    /// <summary>Orders a step after those before it that it depends on, and notes its races.</summary>
    /// <param name="step">The step.</param>
    /// <param name="operation">The same, as announced.</param>
    /// <param name="thread">The number of its thread.</param>
    /// <param name="index">Where it is on the path.</param>
    /// <param name="clock">What happens before it by other reasons; null if all is known.</param>
    /// <param name="wantsRaces">Whether to note races.</param>
    /// <param name="needsWake">Whether only a wake enables it.</param>
    private void Relate(
        in Step step, in Operation operation, int thread, int index, int[]? clock, bool wantsRaces, bool needsWake)
    {
        bool isTaken = index < _path.Count;
        if (clock is not null)
        {
            if (step.IsForced)
            {
                foreach (int last in _last)
                {
                    Join(clock, last);
                }
            }

            if (step.IsLock)
            {
                RelateLock(step, thread, index, clock, wantsRaces);
            }
            else if (step.IsNote)
            {
                RelateNote(step, thread, index, clock, wantsRaces, needsWake);
            }
            else if (step.IsAccess && step.Object != 0)
            {
                RelateAccess(step, operation, thread, index, clock, wantsRaces);
            }
        }

        if (isTaken && step.IsAccess && step.Object != 0)
        {
            AddAccess(step, index);
        }
    }

    private void RelateLock(in Step step, int thread, int index, int[] clock, bool wantsRaces)
    {
        if (!_locks.TryGetValue(step.Object, out (int Entered, int Left) last))
        {
            return;
        }

        // The two critical sections change places: what is between the first one's ends need not be known.
        if (wantsRaces
            && step.Kind == OperationKind.Enter
            && last.Entered > 0
            && !Includes(clock, last.Entered))
        {
            _races.Add(new Race(last.Entered, index, step, thread));
        }

        Join(clock, Math.Max(last.Entered, last.Left));
    }

    private void RelateNote(in Step step, int thread, int index, int[] clock, bool wantsRaces, bool needsWake)
    {
        if (!_notes.TryGetValue(step.Object, out int last))
        {
            return;
        }

        if (wantsRaces && !Includes(clock, last) && (!needsWake || _path[last].Before != 0))
        {
            _races.Add(new Race(last, index, step, thread));
        }

        Join(clock, last);
    }

    private void RelateAccess(
        in Step step, in Operation operation, int thread, int index, int[] clock, bool wantsRaces)
    {
        _candidates.Clear();
        long lastWord = (step.Offset + step.Size - 1) >> WordShift;
        for (long word = step.Offset >> WordShift; word <= lastWord; word++)
        {
            int entry = _words.GetValueOrDefault((step.Object, word), -1);
            while (entry >= 0)
            {
                (int at, int previous) = _accesses[entry];
                Step other = _path[at].Step;
                if (Step.Overlap(step, other) && (step.Changes || other.Changes))
                {
                    _candidates.Add(at);
                    if (other.Changes && other.Covers(step))
                    {
                        break;
                    }
                }

                entry = previous;
            }
        }

        _candidates.Sort();
        for (int i = _candidates.Count - 1; i >= 0; i--)
        {
            int at = _candidates[i];
            if (Includes(clock, at))
            {
                continue;
            }

            if (wantsRaces)
            {
                _races.Add(new Race(at, index, Move(step, operation, _path[at]), thread));
            }

            Join(clock, at);
        }
    }

    /// <summary>The second access of a race, as it is when it comes before the first.</summary>
    private static Step Move(in Step step, in Operation operation, SearchNode first)
    {
        if (!first.Step.Changes)
        {
            return step;
        }

        bool changes = first.Step.Offset == step.Offset && first.Step.Size == step.Size
            ? Engine.After(operation, first.Before) != first.Before
            : !operation.IsRead;
        return step with { Changes = changes };
    }

    private void AddAccess(in Step step, int index)
    {
        long lastWord = (step.Offset + step.Size - 1) >> WordShift;
        for (long word = step.Offset >> WordShift; word <= lastWord; word++)
        {
            ref int entry = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _words, (step.Object, word), out bool exists);
            _accesses.Add((index, exists ? entry : -1));
            entry = _accesses.Count - 1;
        }
    }

    private bool Includes(int[] clock, int index) => clock[_path[index].Thread] >= index;

    /// <summary>Remembers a step for those after it.</summary>
    private void Note(SearchNode node, int index)
    {
        _last[node.Thread] = index;
        _threads[node.Step.Thread] = node.Thread;
        if (node.Step.IsChoice)
        {
            return;
        }

        if (node.Step.IsForced)
        {
            _lastForced = index;
        }

        switch (node.Step.Kind)
        {
            case OperationKind.Start:
                _starts.Add(index);
                _last.Add(0);
                break;
            case OperationKind.Enter:
                _locks[node.Step.Object] = (index, 0);
                break;
            case OperationKind.Exit:
                _locks[node.Step.Object] = (_locks.GetValueOrDefault(node.Step.Object).Entered, index);
                break;
            case >= OperationKind.Clear and <= OperationKind.TimedSleep:
                _notes[node.Step.Object] = index;
                break;
        }
    }
}
