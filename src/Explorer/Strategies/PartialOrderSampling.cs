namespace Testbed.Explorer;

/// <summary>
/// POS: X. Yuan, J. Yang, R. Gu: Partial Order Aware Concurrency Sampling, CAV 2018. Every announced operation gets a
/// random priority and the highest enabled one is performed; then those that raced with it get new ones. So operations
/// that commute are not weighed against each other over and over, and partial orders are sampled more evenly.
/// </summary>
/// <remarks>It departs from the paper where a thread gives way: that operation has the lowest priority.</remarks>
internal sealed class PartialOrderSampling : IStrategy
{
    private readonly List<ulong> _priorities = [];
    private SchedulingRandom _random = new();

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _priorities.Clear();
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        int chosen = point.Enabled[0];
        ulong highest = 0;
        foreach (int thread in point.Enabled)
        {
            ulong priority = PriorityOf(thread, point.Pending);
            if (priority > highest)
            {
                highest = priority;
                chosen = thread;
            }
        }

        ref readonly Operation performed = ref point.Pending[chosen];
        for (int thread = 0; thread < _priorities.Count; thread++)
        {
            if (thread == chosen || Operation.Race(performed, point.Pending[thread]))
            {
                // Zero: drawn when it is next looked at, which for the chosen thread is its next operation.
                _priorities[thread] = 0;
            }
        }

        return chosen;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);

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
