namespace Testbed.Explorer;

/// <summary>
/// PCT: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
/// of Finding Bugs, ASPLOS 2010. Threads get random priorities and the highest enabled one runs; at the i-th of d-1
/// random steps the thread that would run gets the priority i, which is below all that threads start with.
/// </summary>
/// <remarks>
/// It departs from the paper where a thread gives way (a turn of a wait loop, a timed sleep): its priority drops below
/// all others, since a thread that waits at high priority would starve those that it waits for. The number of steps,
/// which the paper takes as given, is that of execution 0. What it promises is a <see cref="DepthGuarantee"/>.
/// </remarks>
/// <param name="changePoints">How many steps lower a priority: the depth d of the bugs sought, less one.</param>
internal sealed class PriorityChangePoints(int changePoints) : IStrategy
{
    /// <summary>Priorities that threads start with lie above.</summary>
    private const ulong LowestInitial = 1UL << 63;

    /// <summary>Those that they get at the change points begin here, those that they drop to lie below.</summary>
    private const ulong LowestChanged = 1UL << 62;

    private readonly int[] _changeSteps = new int[changePoints];
    private readonly List<ulong> _priorities = [];
    private SchedulingRandom _random = new();
    private ulong _nextLow;
    private int _threads;
    private bool _givesWay;

    /// <inheritdoc/>
    public Lesson? Lesson => new PrioritiesLesson(_threads, _givesWay);

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _priorities.Clear();
        _nextLow = LowestChanged - 1;
        _givesWay = false;
        for (int i = 0; i < _changeSteps.Length; i++)
        {
            _changeSteps[i] = 1 + (int)random.Next((uint)Math.Max(1, expectedSteps));
        }
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        _threads = point.Pending.Length;
        if (point.CurrentEnabled && point.Pending[point.Current].IsYield)
        {
            _givesWay = true;
            SetPriority(point.Current, _nextLow--);
        }

        int chosen = Highest(point.Enabled);
        int change = _changeSteps.AsSpan().IndexOf(point.Step);
        if (change >= 0)
        {
            SetPriority(chosen, LowestChanged + (ulong)change);
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

    private void SetPriority(int thread, ulong priority)
    {
        _ = PriorityOf(thread);
        _priorities[thread] = priority;
    }

    /// <summary>What the guarantee needs to know of an execution.</summary>
    private sealed class PrioritiesLesson(int threads, bool givesWay) : Lesson
    {
        internal override void AddTo(Experience experience)
        {
            experience.Threads = Math.Max(experience.Threads, threads);
            experience.GaveWay |= givesWay;
        }
    }
}
