namespace Testbed.Explorer;

/// <summary>
/// PCT: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
/// of Finding Bugs, ASPLOS 2010. Threads get random priorities and the highest enabled one runs; at each of d-1 random
/// steps the priority of the thread that would run drops below all others.
/// </summary>
/// <remarks>
/// It departs from the paper where a thread gives way (a turn of a wait loop, a timed sleep): its priority drops too,
/// since a thread that waits at high priority would starve those that it waits for. The number of steps, which the
/// paper takes as given, is that of execution 0.
/// </remarks>
/// <param name="changePoints">How many steps lower a priority: the depth d of the bugs sought, less one.</param>
internal sealed class PriorityChangePoints(int changePoints) : IStrategy
{
    /// <summary>Priorities that threads start with lie above, those that they drop to below.</summary>
    private const ulong LowestInitial = 1UL << 63;

    private readonly int[] _changeSteps = new int[changePoints];
    private readonly List<ulong> _priorities = [];
    private SchedulingRandom _random = new();
    private ulong _nextLow;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _priorities.Clear();
        _nextLow = LowestInitial - 1;
        for (int i = 0; i < _changeSteps.Length; i++)
        {
            _changeSteps[i] = 1 + (int)random.Next((uint)Math.Max(1, expectedSteps));
        }
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        if (point.CurrentEnabled && point.Pending[point.Current].IsYield)
        {
            Drop(point.Current);
        }

        int chosen = Highest(point.Enabled);
        if (_changeSteps.AsSpan().Contains(point.Step))
        {
            Drop(chosen);
            chosen = Highest(point.Enabled);
        }

        return chosen;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);

    private int Highest(ReadOnlySpan<int> enabled)
    {
        int best = enabled[0];
        foreach (int thread in enabled)
        {
            if (PriorityOf(thread) > PriorityOf(best))
            {
                best = thread;
            }
        }

        return best;
    }

    private ulong PriorityOf(int thread)
    {
        while (_priorities.Count <= thread)
        {
            _priorities.Add(_random.Next() | LowestInitial);
        }

        return _priorities[thread];
    }

    private void Drop(int thread)
    {
        _ = PriorityOf(thread);
        _priorities[thread] = _nextLow--;
    }
}
