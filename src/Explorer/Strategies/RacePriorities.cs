namespace Testbed.Explorer;

/// <summary>
/// Random priorities of announced operations, drawn anew for those that raced with one that was performed: what
/// <see cref="PartialOrderSampling"/> is about.
/// </summary>
internal sealed class RacePriorities
{
    /// <summary>By thread number; 0 is drawn when it is next looked at.</summary>
    private readonly List<ulong> _priorities = [];

    private SchedulingRandom _random = new();

    /// <summary>An execution begins.</summary>
    internal void Begin(SchedulingRandom random)
    {
        _random = random;
        _priorities.Clear();
    }

    /// <summary>The thread whose operation has the highest priority.</summary>
    /// <param name="threads">The threads in question; at least one.</param>
    /// <param name="pending">By thread number: the operations.</param>
    internal int Highest(ReadOnlySpan<int> threads, ReadOnlySpan<Operation> pending)
    {
        int chosen = threads[0];
        ulong highest = 0;
        foreach (int thread in threads)
        {
            ulong priority = PriorityOf(thread, pending);
            if (priority > highest)
            {
                highest = priority;
                chosen = thread;
            }
        }

        return chosen;
    }

    /// <summary>A thread's operation is performed.</summary>
    internal void Perform(int chosen, ReadOnlySpan<Operation> pending)
    {
        ref readonly Operation performed = ref pending[chosen];
        for (int thread = 0; thread < _priorities.Count; thread++)
        {
            if (thread == chosen || Operation.Race(performed, pending[thread]))
            {
                _priorities[thread] = 0;
            }
        }
    }

    private ulong PriorityOf(int thread, ReadOnlySpan<Operation> pending)
    {
        while (_priorities.Count <= thread)
        {
            _priorities.Add(0);
        }

        if (_priorities[thread] == 0)
        {
            _priorities[thread] = pending[thread].IsYield ? 1 : _random.Next() | 2;
        }

        return _priorities[thread];
    }
}
