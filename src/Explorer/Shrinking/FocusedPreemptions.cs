namespace Testbed.Explorer;

/// <summary>
/// Runs each thread until it waits or ends, except at a few random steps out of those that another execution had its
/// preemptions at: where threads were preempted there, the failure's cause is likely to be.
/// </summary>
/// <param name="steps">That execution.</param>
/// <param name="bound">How many preemptions there are at most.</param>
internal sealed class FocusedPreemptions(IReadOnlyList<ScheduledStep> steps, int bound) : IStrategy
{
    private readonly HashSet<OperationKey> _places = PlacesOf(steps);
    private readonly int[] _preemptions = new int[bound];
    private SchedulingRandom _random = new();
    private int _met;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _met = 0;
        uint places = (uint)steps.Count(step => _places.Contains(step.Operation));
        for (int i = 0; i < _preemptions.Length; i++)
        {
            _preemptions[i] = (int)random.Next(Math.Max(1, places));
        }
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        ReadOnlySpan<int> enabled = point.Enabled;
        if (enabled.Length == 1)
        {
            return enabled[0];
        }

        if (!point.CurrentGoesOn)
        {
            return enabled[(int)_random.Next((uint)enabled.Length)];
        }

        if (!_places.Contains(OperationKey.Of(point.Pending[point.Current]))
            || !_preemptions.AsSpan().Contains(_met++))
        {
            return point.Current;
        }

        // The current thread is left out: those from it on move up by one place.
        int place = (int)_random.Next((uint)enabled.Length - 1);
        return enabled[place] < point.Current ? enabled[place] : enabled[place + 1];
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);

    /// <summary>What preempted threads did when they went on.</summary>
    private static HashSet<OperationKey> PlacesOf(IReadOnlyList<ScheduledStep> steps)
    {
        var places = new HashSet<OperationKey>();
        for (int i = 1; i < steps.Count; i++)
        {
            if (steps[i].Preempts)
            {
                int next = i + 1;
                while (next < steps.Count && steps[next].Thread != steps[i - 1].Thread)
                {
                    next++;
                }

                if (next < steps.Count)
                {
                    places.Add(steps[next].Operation);
                }
            }
        }

        return places;
    }
}
