namespace Testbed.Explorer;

/// <summary>
/// A schedule as its turns: who runs, how far, and who is next. It can be edited, and followed by a program that has
/// become somewhat different (see <see cref="GuidedSchedule"/>).
/// </summary>
internal sealed class ScheduleGuide
{
    private readonly List<OperationKey>[] _operations;

    private ScheduleGuide(List<OperationKey>[] operations, List<Turn> turns)
    {
        _operations = operations;
        Turns = turns;
    }

    /// <summary>The turns, in order.</summary>
    internal List<Turn> Turns { get; }

    /// <summary>The turns of an execution.</summary>
    internal static ScheduleGuide Of(IReadOnlyList<ScheduledStep> steps)
    {
        int threads = steps.Count == 0 ? 0 : steps.Max(step => step.Thread) + 1;
        var operations = new List<OperationKey>[threads];
        for (int i = 0; i < threads; i++)
        {
            operations[i] = [];
        }

        var turns = new List<Turn>();
        foreach (ScheduledStep step in steps)
        {
            List<OperationKey> own = operations[step.Thread];
            own.Add(step.Operation);
            if (turns.Count > 0 && turns[^1].Thread == step.Thread)
            {
                turns[^1] = turns[^1] with { End = own.Count };
            }
            else
            {
                if (turns.Count > 0)
                {
                    turns[^1] = turns[^1] with { IsPreempted = step.Preempts };
                }

                turns.Add(new Turn(step.Thread, own.Count - 1, own.Count, IsPreempted: false));
            }
        }

        return new ScheduleGuide(operations, turns);
    }

    /// <summary>All that a thread does, in all its turns.</summary>
    internal IReadOnlyList<OperationKey> OperationsOf(int thread)
        => thread < _operations.Length ? _operations[thread] : [];

    /// <summary>The guide with other turns.</summary>
    internal ScheduleGuide With(IEnumerable<Turn> turns) => new(_operations, [.. turns]);

    /// <summary>A thread's turn.</summary>
    /// <param name="Thread">The thread.</param>
    /// <param name="Start">The first of its operations that it does in this turn.</param>
    /// <param name="End">The first of its operations that it does not do in this turn.</param>
    /// <param name="IsPreempted">Whether it could have gone on after that.</param>
    internal readonly record struct Turn(int Thread, int Start, int End, bool IsPreempted)
    {
        /// <summary>How many operations there are.</summary>
        internal int Length => End - Start;
    }
}
