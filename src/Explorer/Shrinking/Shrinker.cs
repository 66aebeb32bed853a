namespace Testbed.Explorer;

/// <summary>
/// Makes a failing execution smaller, step by step, as long as it fails in the same way: first the preemptions; then what
/// is chosen, which makes the heap and the options; then the steps.
/// </summary>
/// <remarks>
/// The schedule's part follows A. Zeller, R. Hildebrandt: Simplifying and Isolating Failure-Inducing Input (IEEE TSE
/// 2002), over preemptions and turns, with the moves of N. Jalbert, K. Sen: A Trace Simplification Technique for
/// Effective Debugging of Concurrent Programs (FSE 2010). It departs from both in that a candidate is an execution:
/// what is kept is what the program really did, not what the candidate had asked for.
/// </remarks>
/// <param name="body">The program.</param>
/// <param name="seed">The exploration's seed.</param>
/// <param name="maxSteps">How many steps an execution may take.</param>
/// <param name="waits">How often wait loops look.</param>
/// <param name="budget">How much it may cost.</param>
internal sealed class Shrinker(
    Action body, ulong seed, int maxSteps, WaitRule waits, ShrinkBudget budget)
{
    /// <summary>Schedules with so many preemptions are looked for at random: with more, chance seldom helps.</summary>
    private const int MaxSampledBound = 4;

    /// <summary>
    /// So many steps are spent on each number of preemptions, in at most so many executions. A single preemption at each
    /// place of a program of a thousand steps is in it.
    /// </summary>
    private const int SampledStepsPerBound = 2_000_000;

    private const int SamplesPerBound = 2_000;

    /// <summary>So many steps, in at most so many executions, may be walked without finding fewer preemptions.</summary>
    private const int WalkedSteps = 1_000_000;

    private const int WalkLength = 1_000;

    private const int LeastWalkLength = 400;

    /// <summary>
    /// So many steps, in random schedules, are spent on choices with which the adapted schedule does not fail: a small
    /// program is worth more schedules than a large one.
    /// </summary>
    private const int SampledStepsPerChoices = 2_000;

    private const int LeastSamplesPerChoices = 2;

    private const int MaxSamplesPerChoices = 32;

    /// <summary>A candidate may take so many times the steps of the best one, before it is given up.</summary>
    private const int MaxGrowth = 4;

    private const int LeastMaxSteps = 1000;

    /// <summary>Written by the shrinking thread, read by the one that waits for it.</summary>
    private volatile ShrinkCase? _best;

    /// <summary>The turns of the smallest execution.</summary>
    private ScheduleGuide _guide = ScheduleGuide.Of([]);

    private Engine? _engine;

    /// <summary>The smallest execution found so far; null before there is any. Any thread.</summary>
    internal ShrinkCase? Best => _best;

    private ShrinkCase Current => _best!;

    /// <summary>Shrinks until nothing makes it smaller or the budget is spent.</summary>
    /// <param name="engine">Runs the candidates.</param>
    /// <param name="found">The execution that was found.</param>
    internal void Shrink(Engine engine, ShrinkCase found)
    {
        _engine = engine;
        Keep(found);
        SampleSchedules();
        ReducePreemptions();
        while (Walk())
        {
            ReducePreemptions();
        }

        ShrinkSize before;
        do
        {
            before = Current.Size;
            ReduceChoices();
            ReduceSchedule();
        }
        while (Current.Size < before && !budget.IsSpent);
    }

    private void ReduceChoices()
    {
        // What is left for the schedule: the promise about preemptions is kept with any heap.
        int reserve = budget.Left / 2;
        var tried = new HashSet<string>();
        ShrinkSize before;
        do
        {
            before = Current.Size;
            foreach (uint[] candidate in ChoiceCandidates.Of(() => Current.Choices))
            {
                if (budget.Left <= reserve || budget.IsSpent)
                {
                    return;
                }

                if (tried.Add(string.Join(' ', candidate)))
                {
                    _ = TryChoices(candidate);
                }
            }
        }
        while (Current.Size < before);
    }

    private bool TryChoices(uint[] choices)
    {
        if (Try(choices, new GuidedSchedule(_guide)))
        {
            return true;
        }

        int samples = Math.Clamp(
            SampledStepsPerChoices / Math.Max(1, Current.Size.Steps), LeastSamplesPerChoices, MaxSamplesPerChoices);
        for (int i = 0; i < samples; i++)
        {
            if (Try(choices, new PreemptionBounded(Math.Min(Current.Size.Preemptions, MaxSampledBound))))
            {
                return true;
            }
        }

        return false;
    }

    private void ReduceSchedule()
    {
        ShrinkSize before;
        do
        {
            before = Current.Size;
            ReducePreemptions();

            // An execution that never ends stays as long as it may be.
            if (!Current.Identity.IsStepLimit)
            {
                DropTurns();
                CutTurns();
            }
        }
        while (Current.Size < before && !budget.IsSpent);
    }

    /// <summary>
    /// Looks for schedules with fewer preemptions, whatever the one that was found is like, and with any choices; a failure
    /// that is akin will do.
    /// </summary>
    private void SampleSchedules()
    {
        for (int bound = 0; bound <= MaxSampledBound && bound < Current.Size.Preemptions; bound++)
        {
            int samples = Math.Min(SamplesPerBound, SampledStepsPerBound / Math.Max(1, Current.Size.Steps));
            for (int i = 0; i < samples && bound < Current.Size.Preemptions; i++)
            {
                IStrategy sample = i % 2 == 0
                    ? new PreemptionBounded(bound)
                    : new FocusedPreemptions(Current.Steps, bound);
                _ = Try(i % 4 < 2 ? Current.Choices : null, sample, takesKin: true);
            }
        }
    }

    /// <summary>
    /// Walks at random through failing schedules that have no more preemptions than the best one, in the hope of one with
    /// fewer: where no single edit takes a preemption out, two or three may, by way of schedules that are only different.
    /// Where only a few preemptions are left, fewer at the same places, in a schedule of another kind, may do as well.
    /// </summary>
    /// <returns>Whether it found one with fewer.</returns>
    private bool Walk()
    {
        var random = new SchedulingRandom();
        random.Reset(seed, budget.Used);
        var edits = new TurnEdits(random);
        int preemptions = Current.Size.Preemptions;
        int length = Math.Clamp(WalkedSteps / Math.Max(1, Current.Size.Steps), LeastWalkLength, WalkLength);
        ShrinkCase place = Current;
        for (int i = 0; i < length && preemptions > 0 && !budget.IsSpent; i++)
        {
            IStrategy step = (i % 3) switch
            {
                0 => Edited(place, edits),
                1 => WithAnotherEnd(place, random),
                _ => new FocusedPreemptions(
                    place.Steps, preemptions == 1 ? 0 : 1 + (int)random.Next((uint)preemptions - 1)),
            };
            ShrinkCase? next = Run(place.Choices, step, takesKin: true);
            if (next is null || next.Size.Preemptions > preemptions)
            {
                continue;
            }

            place = next;
            if (next.Size.Preemptions < preemptions)
            {
                Keep(next);
                return true;
            }
        }

        return false;
    }

    private static GuidedSchedule Edited(ShrinkCase place, TurnEdits edits)
    {
        ScheduleGuide guide = ScheduleGuide.Of(place.Steps);
        return new GuidedSchedule(guide.With(edits.Edit(guide.Turns)));
    }

    /// <summary>The beginning of an execution, with so many preemptions after that that it has as many as before, or one less.</summary>
    private static AnotherEnd WithAnotherEnd(ShrinkCase place, SchedulingRandom random)
    {
        int length = (int)random.Next((uint)place.Steps.Count);
        int before = place.Steps.Take(length).Count(step => step.Preempts);
        return new AnotherEnd(place.Steps, length, Math.Max(0, place.Size.Preemptions - before - (int)random.Next(2)));
    }

    /// <summary>Lets preempted threads go on: all, then half of them, and so on down to each by itself.</summary>
    private void ReducePreemptions()
    {
        for (int count = Current.Size.Preemptions; count > 0; count = Math.Min(count / 2, Current.Size.Preemptions))
        {
            for (int first = 0; first < Current.Size.Preemptions;)
            {
                first += TryTurns(turns => LetGoOn(turns, first, count)) ? 0 : count;
            }
        }

        ForEachTurn(turn => _guide.Turns[turn].IsPreempted
            && (TryTurns(turns => MergeUp(turns, turn)) || TryTurns(turns => Without(turns, turn, 1))));
        LeavePreemptionsOut();
    }

    /// <summary>
    /// Takes single preemptions out of the schedule, step by step: that none can be is the promise of a schedule that is
    /// minimal. Turns say less than steps where threads do something else from then on.
    /// </summary>
    private void LeavePreemptionsOut()
    {
        for (int step = 0; step < Current.Steps.Count && !budget.IsSpent;)
        {
            bool smaller = Current.Steps[step].Preempts
                && Try(Current.Choices, new WithoutPreemption(Current.Steps, step));
            step += smaller ? 0 : 1;
        }
    }

    /// <summary>Leaves out turns: half of them, then a quarter, and so on down to each by itself.</summary>
    private void DropTurns()
    {
        for (int count = Current.Size.Turns / 2; count > 0; count /= 2)
        {
            for (int first = 0; first < Current.Size.Turns;)
            {
                first += TryTurns(turns => Without(turns, first, count)) ? 0 : count;
            }
        }
    }

    /// <summary>Preempts sooner, so that the preempted thread does less.</summary>
    private void CutTurns()
        => ForEachTurn(turn =>
        {
            for (int less = _guide.Turns[turn].Length / 2; less > 0; less /= 2)
            {
                if (TryTurns(turns => Cut(turns, turn, less)))
                {
                    return true;
                }
            }

            return false;
        });

    /// <summary>Tries something at each turn, and at the same place again if it made the execution smaller.</summary>
    private void ForEachTurn(Func<int, bool> attempt)
    {
        for (int turn = 0; turn < Current.Size.Turns;)
        {
            turn += attempt(turn) ? 0 : 1;
        }
    }

    private static IEnumerable<ScheduleGuide.Turn> LetGoOn(List<ScheduleGuide.Turn> turns, int first, int count)
    {
        int preemption = 0;
        foreach (ScheduleGuide.Turn turn in turns)
        {
            bool goesOn = turn.IsPreempted && preemption >= first && preemption < first + count;
            preemption += turn.IsPreempted ? 1 : 0;
            yield return goesOn ? turn with { IsPreempted = false } : turn;
        }
    }

    /// <summary>The thread's next turn follows at once; null if it has none.</summary>
    private static List<ScheduleGuide.Turn>? MergeUp(List<ScheduleGuide.Turn> turns, int turn)
    {
        int next = turns.FindIndex(turn + 1, other => other.Thread == turns[turn].Thread);
        if (next < 0)
        {
            return null;
        }

        List<ScheduleGuide.Turn> merged = [.. turns];
        merged[turn] = turns[next] with { Start = turns[turn].Start };
        merged.RemoveAt(next);
        return merged;
    }

    private static IEnumerable<ScheduleGuide.Turn> Without(List<ScheduleGuide.Turn> turns, int first, int count)
        => turns.Where((_, i) => i < first || i >= first + count);

    private static List<ScheduleGuide.Turn>? Cut(List<ScheduleGuide.Turn> turns, int turn, int less)
    {
        if (!turns[turn].IsPreempted)
        {
            return null;
        }

        List<ScheduleGuide.Turn> cut = [.. turns];
        cut[turn] = turns[turn] with { End = turns[turn].End - less };
        return cut;
    }

    private bool TryTurns(Func<List<ScheduleGuide.Turn>, IEnumerable<ScheduleGuide.Turn>?> edit)
        => !budget.IsSpent
            && edit(_guide.Turns) is { } turns
            && Try(Current.Choices, new GuidedSchedule(_guide.With(turns)));

    private void Keep(ShrinkCase execution)
    {
        _best = execution;
        _guide = ScheduleGuide.Of(execution.Steps);
    }

    /// <summary>Runs a candidate and keeps it if it is smaller and fails in the same way, or in one that is akin.</summary>
    private bool Try(IReadOnlyList<uint>? choices, IStrategy scheduler, bool takesKin = false)
    {
        if (Run(choices, scheduler, takesKin) is not { } candidate || !(candidate.Size < Current.Size))
        {
            return false;
        }

        Keep(candidate);
        return true;
    }

    /// <summary>Runs a candidate.</summary>
    /// <returns>What it did if it fails in the same way, or in one that is akin; else null.</returns>
    private ShrinkCase? Run(IReadOnlyList<uint>? choices, IStrategy scheduler, bool takesKin)
    {
        if (!budget.TryTake())
        {
            return null;
        }

        FailureIdentity identity = Current.Identity;
        var attempt = new Attempt(scheduler, choices, budget);
        int limit = identity.IsStepLimit
            ? maxSteps
            : Math.Min(maxSteps, Math.Max(LeastMaxSteps, MaxGrowth * Current.Size.Steps));
        var plan = new ExecutionPlan(
            attempt, seed, budget.Used, Current.Size.Steps, limit, Waits: waits, ReportLeaks: identity.IsLeak);
        ExecutionOutcome outcome = _engine!.Run(body, plan);
        budget.Spend(outcome.Steps);
        if (outcome.Failure is not { } failure)
        {
            return null;
        }

        bool isSame = identity.Is(failure);
        return isSame || (takesKin && identity.IsAkin(failure))
            ? ShrinkCase.Of(
                [.. _engine.Choices],
                attempt.Steps,
                isSame ? identity : new FailureIdentity(failure.Kind, failure.Message))
            : null;
    }
}
