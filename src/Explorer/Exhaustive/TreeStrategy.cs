namespace Testbed.Explorer;

/// <summary>
/// Takes the steps of a path, then prefers to let the same thread go on, and notes what else could be done.
/// </summary>
/// <param name="engine">The engine that runs it.</param>
/// <param name="space">What is explored.</param>
/// <param name="path">The steps to take; those that follow are added.</param>
internal sealed class TreeStrategy(Engine engine, ISearchSpace space, List<SearchNode> path) : IStrategy
{
    private readonly List<Candidate> _candidates = [];
    private int _place;

    /// <summary>
    /// The threads that wait when all have come to rest or the execution is cut short, and what each waits for; empty if
    /// that did not happen.
    /// </summary>
    internal List<Candidate> Waiting { get; } = [];

    /// <summary>Whether the execution was cut short since nothing is to be explored from where it was.</summary>
    internal bool IsAsleep { get; private set; }

    /// <summary>Whether the program did not go the way that it went before.</summary>
    internal bool HasDiverged { get; private set; }

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _place = 0;
        Waiting.Clear();
        IsAsleep = false;
        HasDiverged = false;
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        if (point.Phase == SchedulingPhase.LookAgain)
        {
            NoteWaiting(point.Pending, -1);
            return point.Enabled[0];
        }

        // Time has passed since all had come to rest.
        Waiting.Clear();
        if (_place + 1 == path.Count && !TryExpand(point))
        {
            IsAsleep = true;
            NoteWaiting(point.Pending, -1);
            return -1;
        }

        SearchNode next = path[++_place];
        int thread = next.Thread;
        HasDiverged = next.Step.IsChoice
            || !point.Enabled.Contains(thread)
            || engine.IdentityOf(thread) != next.Step.Thread
            || point.Pending[thread].Kind != next.Step.Kind
            || point.Pending[thread].Identity != next.Step.Object
            || point.Pending[thread].Offset != next.Step.Offset;
        return HasDiverged ? -1 : thread;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound)
    {
        if (Waiting.Count > 0)
        {
            // The execution is redundant, whatever is chosen.
            return 0;
        }

        if (_place + 1 == path.Count)
        {
            space.ExpandChoice(path, bound);
        }

        SearchNode next = path[++_place];
        HasDiverged = !next.Step.IsChoice || next.Bound != bound;
        return HasDiverged ? uint.MaxValue : (uint)next.Step.Offset;
    }

    /// <summary>Notes what the threads wait for that have not ended, once nobody can go on.</summary>
    /// <param name="pending">What each thread does next.</param>
    /// <param name="failed">The thread that failed in the middle of a step, or -1.</param>
    internal void NoteWaiting(ReadOnlySpan<Operation> pending, int failed)
    {
        if (Waiting.Count > 0)
        {
            return;
        }

        for (int thread = 0; thread < pending.Length; thread++)
        {
            if (thread != failed && pending[thread].Kind != OperationKind.End)
            {
                Waiting.Add(Describe(thread, pending[thread], isForced: false));
            }
        }
    }

    private bool TryExpand(in SchedulingPoint point)
    {
        bool isForced = point.Phase == SchedulingPhase.TimePasses;
        _candidates.Clear();
        if (point.CurrentEnabled)
        {
            _candidates.Add(Describe(point.Current, point.Pending[point.Current], isForced));
        }

        foreach (int thread in point.Enabled)
        {
            if (thread != point.Current)
            {
                _candidates.Add(Describe(thread, point.Pending[thread], isForced));
            }
        }

        return space.TryExpand(path, [.. _candidates], point.CurrentGoesOn ? point.Current : -1);
    }

    private Candidate Describe(int thread, in Operation operation, bool isForced)
    {
        bool changes = engine.WouldChange(operation, out ulong before);
        var step = new Step(
            engine.IdentityOf(thread),
            operation.Kind,
            operation.Identity,
            operation.IsAccess ? operation.Offset : 0,
            operation.IsAccess ? operation.Size : (byte)0,
            changes,
            IsForced: isForced);
        return new Candidate(thread, step, operation, before, engine.NeedsWake(thread));
    }
}
