using Testbed.Explorer;

namespace Testbed.Systematic;

/// <summary>
/// A recorded schedule without one of its preemptions: the thread goes on until it waits, ends or gives way; then the
/// others follow in the order that they had, as far as they can run.
/// </summary>
/// <param name="threads">The schedule: who took each step.</param>
/// <param name="choices">What the code under test was told to choose.</param>
/// <param name="step">The step, from 0, that was taken by another thread than the one before it.</param>
internal sealed class WithoutPreemption(IReadOnlyList<int> threads, IReadOnlyList<uint> choices, int step) : IStrategy
{
    private readonly List<int> _rest = [.. threads.Skip(step)];
    private bool _goesOn = true;
    private int _chosen;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        if (point.Step <= step)
        {
            return threads[point.Step - 1];
        }

        _goesOn &= point.CurrentGoesOn;
        if (_goesOn)
        {
            // It is a step that the thread had later.
            _rest.Remove(point.Current);
            return point.Current;
        }

        while (_rest.Count > 0)
        {
            int next = _rest[0];
            _rest.RemoveAt(0);
            if (point.Enabled.Contains(next))
            {
                return next;
            }
        }

        return point.CurrentGoesOn ? point.Current : point.Enabled[0];
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _chosen < choices.Count ? Math.Min(choices[_chosen++], bound - 1) : 0;
}
