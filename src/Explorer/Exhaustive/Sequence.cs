namespace Testbed.Explorer;

/// <summary>Steps of one execution in their order, some left out, the last one perhaps put there from elsewhere.</summary>
internal sealed class Sequence
{
    private readonly List<Entry> _entries = [];

    /// <summary>Whether there is none.</summary>
    internal bool IsEmpty => _entries.Count == 0;

    /// <summary>The steps.</summary>
    internal IEnumerable<Step> Steps => _entries.Select(entry => entry.Step);

    /// <summary>Appends a step of the execution.</summary>
    internal void Add(in Step step, int thread, int index, int[] clock)
        => _entries.Add(new Entry(step, thread, index, clock));

    /// <summary>Appends the step that was put elsewhere: what it depends on follows from what it is there.</summary>
    internal void AddMoved(in Step step, int thread) => _entries.Add(new Entry(step, thread, int.MaxValue, null));

    /// <summary>
    /// Whether the sequence can be taken with a given step first, leading to the same: the step is in it and nothing
    /// that must come before it, or it is not in it and independent of all (the paper's weak initials).
    /// </summary>
    internal bool CanBeginWith(in Step step) => Find(step) >= 0;

    /// <summary>Whether the step is in the sequence and nothing that must come before it (the paper's initials).</summary>
    internal bool BeginsWith(in Step step)
    {
        int place = Find(step);
        return place >= 0 && place < _entries.Count;
    }

    /// <summary>As <see cref="CanBeginWith"/>; if so, what remains is the sequence after that step.</summary>
    internal bool TryBeginWith(in Step step)
    {
        int place = Find(step);
        if (place >= 0 && place < _entries.Count)
        {
            _entries.RemoveAt(place);
        }

        return place >= 0;
    }

    /// <summary>Moves the first step of a thread to the front; it depends on none before it.</summary>
    internal void BringForward(ulong thread)
    {
        int place = _entries.FindIndex(entry => entry.Step.Thread == thread);
        Entry first = _entries[place];
        _entries.RemoveAt(place);
        _entries.Insert(0, first);
    }

    /// <summary>Where the step is; behind the end if it is independent of all; -1 if it cannot come first.</summary>
    private int Find(in Step step)
    {
        ulong thread = step.Thread;
        int place = _entries.FindIndex(entry => entry.Step.Thread == thread);
        if (place < 0)
        {
            foreach (Entry entry in _entries)
            {
                if (Step.Dependent(step, entry.Step))
                {
                    return -1;
                }
            }

            return _entries.Count;
        }

        Entry first = _entries[place];
        if (first.Step.IsChoice && first.Step.Offset != step.Offset)
        {
            return -1;
        }

        for (int i = 0; i < place; i++)
        {
            if (first.MustFollow(_entries[i]))
            {
                return -1;
            }
        }

        return place;
    }

    private readonly record struct Entry(Step Step, int Thread, int Index, int[]? Clock)
    {
        internal bool MustFollow(in Entry before)
            => Clock is null
                ? Step.Dependent(Step, before.Step)
                : before.Thread < Clock.Length && Clock[before.Thread] >= before.Index;
    }
}
