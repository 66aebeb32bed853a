namespace Testbed.Explorer;

/// <summary>
/// Follows the turns of another execution as far as they fit: that execution's program may have run over a larger
/// heap, or a turn may have been taken out of it.
/// </summary>
/// <remarks>
/// Where a thread is in its part of the old execution is found by its operations: those that it no longer does are
/// passed over, those that it did not do are let happen. A turn that ended because the thread had to wait goes on until
/// it has to wait; a turn of a thread that cannot run is left out. After the last turn nobody is preempted any more.
/// </remarks>
/// <param name="guide">What to follow.</param>
internal sealed class GuidedSchedule(ScheduleGuide guide) : IStrategy
{
    /// <summary>How many operations that a thread no longer does are passed over at most.</summary>
    private const int MaxPassedOver = 32;

    /// <summary>By thread: how far it has come among its operations in the guide.</summary>
    private readonly List<int> _reached = [];

    private int _turn;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _reached.Clear();
        _turn = 0;
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        for (; _turn < guide.Turns.Count; _turn++)
        {
            ScheduleGuide.Turn turn = guide.Turns[_turn];
            if (point.Enabled.Contains(turn.Thread)
                && (Reached(turn.Thread) < turn.End || GoesOn(turn, point)))
            {
                Advance(turn.Thread, OperationKey.Of(point.Pending[turn.Thread]));
                return turn.Thread;
            }
        }

        return point.CurrentGoesOn ? point.Current : NextAfter(point.Current, point.Enabled);
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => 0;

    /// <summary>Whether a thread that has done its turn goes on, since nobody preempts it.</summary>
    private static bool GoesOn(ScheduleGuide.Turn turn, in SchedulingPoint point)
        => !turn.IsPreempted && turn.Thread == point.Current && point.CurrentGoesOn;

    /// <summary>The next one in a circle, so that threads that give way to each other all get on.</summary>
    private static int NextAfter(int thread, ReadOnlySpan<int> enabled)
    {
        foreach (int other in enabled)
        {
            if (other > thread)
            {
                return other;
            }
        }

        return enabled[0];
    }

    private int Reached(int thread)
    {
        while (_reached.Count <= thread)
        {
            _reached.Add(0);
        }

        return _reached[thread];
    }

    private void Advance(int thread, OperationKey operation)
    {
        IReadOnlyList<OperationKey> known = guide.OperationsOf(thread);
        int reached = Reached(thread);
        int end = Math.Min(known.Count, reached + MaxPassedOver);
        for (int i = reached; i < end; i++)
        {
            if (known[i] == operation)
            {
                _reached[thread] = i + 1;
                return;
            }
        }
    }
}
