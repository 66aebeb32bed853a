namespace Testbed.Explorer;

/// <summary>
/// Another execution without one of its preemptions: the thread goes on until it waits, ends or gives way; then the
/// others follow in the order that they had, as far as they can run.
/// </summary>
/// <param name="steps">That execution.</param>
/// <param name="step">The step, from 0, that was taken by another thread than the one before it.</param>
internal sealed class WithoutPreemption(IReadOnlyList<ScheduledStep> steps, int step) : IStrategy
{
    private readonly LinkedList<int> _rest = [];
    private bool _goesOn;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _goesOn = true;
        _rest.Clear();
        foreach (ScheduledStep later in steps.Skip(step))
        {
            _rest.AddLast(later.Thread);
        }
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        if (point.Step <= step)
        {
            return steps[point.Step - 1].Thread;
        }

        _goesOn &= point.CurrentGoesOn;
        if (_goesOn)
        {
            // It is a step that the thread had later.
            _rest.Remove(point.Current);
            return point.Current;
        }

        while (_rest.First is { Value: int next })
        {
            _rest.RemoveFirst();
            if (point.Enabled.Contains(next))
            {
                return next;
            }
        }

        return point.CurrentGoesOn ? point.Current : point.Enabled[0];
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => 0;
}
