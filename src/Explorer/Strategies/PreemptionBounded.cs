namespace Testbed.Explorer;

/// <summary>
/// Runs each thread until it waits or ends, except at a few random steps, where another goes on: most bugs need very
/// few preemptions (M. Musuvathi, S. Qadeer: Iterative Context Bounding for Systematic Testing of Multithreaded
/// Programs, PLDI 2007).
/// </summary>
/// <remarks>
/// The paper enumerates the places of the preemptions; this draws them, over the length of execution 0.
/// </remarks>
/// <param name="bound">How many preemptions there are at most.</param>
/// <param name="from">After how many steps they begin.</param>
internal sealed class PreemptionBounded(int bound, int from = 0) : IStrategy
{
    private readonly int[] _preemptions = new int[bound];
    private SchedulingRandom _random = new();

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        for (int i = 0; i < _preemptions.Length; i++)
        {
            _preemptions[i] = from + 1 + (int)random.Next((uint)Math.Max(1, expectedSteps - from));
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

        if (!_preemptions.AsSpan().Contains(point.Step))
        {
            return point.Current;
        }

        // The current thread is left out: those from it on move up by one place.
        int place = (int)_random.Next((uint)enabled.Length - 1);
        return enabled[place] < point.Current ? enabled[place] : enabled[place + 1];
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);
}
