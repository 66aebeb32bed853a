namespace Testbed.Explorer;

/// <summary>
/// Random edits of a schedule's turns: the steps of a walk from one failing schedule to the next (see
/// <see cref="Shrinker"/>).
/// </summary>
/// <param name="random">Draws them.</param>
internal sealed class TurnEdits(SchedulingRandom random)
{
    /// <summary>Turns with one change, with one preemption less, or with both.</summary>
    /// <param name="turns">Turns, of which one is preempted at least.</param>
    internal List<ScheduleGuide.Turn> Edit(IReadOnlyList<ScheduleGuide.Turn> turns)
    {
        List<ScheduleGuide.Turn> edited = [.. turns];
        int edits = 1 + Draw(3);
        if ((edits & 1) != 0)
        {
            int[] preempted = [.. Enumerable.Range(0, edited.Count).Where(turn => edited[turn].IsPreempted)];
            LetGoOn(edited, preempted[Draw(preempted.Length)]);
        }

        if ((edits & 2) != 0 && edited.Count > 1)
        {
            Change(edited);
        }

        return edited;
    }

    /// <summary>The thread does the rest before others run, or does what it did later, or does nothing yet.</summary>
    private void LetGoOn(List<ScheduleGuide.Turn> turns, int turn)
    {
        int next = turns.FindIndex(turn + 1, other => other.Thread == turns[turn].Thread);
        switch (Draw(3))
        {
            case 0 when next >= 0:
                turns[turn] = turns[next] with { Start = turns[turn].Start };
                turns.RemoveAt(next);
                break;
            case 1:
                turns.RemoveAt(turn);
                break;
            default:
                turns[turn] = turns[turn] with { IsPreempted = false };
                break;
        }
    }

    /// <summary>A turn comes sooner or later, or ends sooner or later.</summary>
    private void Change(List<ScheduleGuide.Turn> turns)
    {
        int turn = Draw(turns.Count);
        ScheduleGuide.Turn moved = turns[turn];
        switch (Draw(3))
        {
            case 0:
                turns.RemoveAt(turn);
                turns.Insert(Draw(turns.Count + 1), moved);
                break;
            case 1 when moved.Length > 1:
                turns[turn] = moved with { End = moved.End - Far(moved.Length - 1), IsPreempted = true };
                break;
            default:
                turns[turn] = moved with { End = moved.End + Far(1 << 8), IsPreempted = true };
                break;
        }
    }

    /// <summary>A number from 1 to a limit, each order of magnitude as likely as the next.</summary>
    private int Far(int limit) => 1 + Draw(Math.Min(limit, 1 << Draw(9)));

    private int Draw(int bound) => (int)random.Next((uint)bound);
}
