namespace Testbed.Explorer;

/// <summary>A state of the program, as the steps and choices that lead to it; and what is still to be done from it.</summary>
/// <remarks>One worker's, as is the <see cref="SearchTree"/> that it is in.</remarks>
internal sealed class SearchNode
{
    /// <summary>The step or choice that leads here; of no meaning at the root.</summary>
    internal Step Step { get; init; }

    /// <summary>The number of the thread that takes it.</summary>
    internal int Thread { get; init; } = -1;

    /// <summary>The operation of the step, as it was announced.</summary>
    internal Operation Operation { get; init; }

    /// <summary>What was there before the step: bits in memory, or whether a note was woken.</summary>
    internal ulong Before { get; init; }

    /// <summary>Whether a timed sleep was to time out no more, so that only a wake enables it.</summary>
    internal bool NeedsWake { get; init; }

    /// <summary>For a choice: one more than the greatest number.</summary>
    internal uint Bound { get; init; }

    /// <summary>The thread that is preempted if another goes on from here, or -1.</summary>
    internal int Preempted { get; set; } = -1;

    /// <summary>How many preemptions there were on the way.</summary>
    internal int Preemptions { get; init; }

    /// <summary>
    /// By thread number: the last place on the path that happens before the step or is it; null as long as nobody has
    /// worked it out.
    /// </summary>
    internal int[]? Clock { get; set; }

    /// <summary>The threads that can go on from here and what each would do; empty as long as that is unknown.</summary>
    internal Candidate[] Enabled { get; set; } = [];

    /// <summary>
    /// Steps that need not be taken from here, since what follows them is explored elsewhere: the sleep set, and
    /// those that have been taken or are being taken.
    /// </summary>
    internal List<Step> Sleep { get; init; } = [];

    /// <summary>What is still to be explored from here: the wakeup tree without what has been begun.</summary>
    internal List<WakeupTree> Todo { get; set; } = [];

    /// <summary>If a choice is to be made here: the first number that nobody has looked at; else 0.</summary>
    internal uint NextChoice { get; set; }

    /// <summary>If a choice is to be made here: the numbers that something to be done leads on from.</summary>
    internal List<uint> Chosen { get; } = [];

    /// <summary>If a choice is to be made here: one more than the greatest number; else 0.</summary>
    internal uint ChoiceBound { get; set; }

    /// <summary>
    /// Whether something is still to be explored from here, and it is known how: as long as the execution that leads
    /// here has not come here, only that one can tell.
    /// </summary>
    internal bool HasWork => (Enabled.Length > 0 || ChoiceBound > 0) && (Todo.Count > 0 || NextChoice < ChoiceBound);

    /// <summary>What a thread would do next.</summary>
    internal ref readonly Candidate Find(ulong thread)
    {
        for (int i = 0; i < Enabled.Length; i++)
        {
            if (Enabled[i].Step.Thread == thread)
            {
                return ref Enabled[i];
            }
        }

        throw new InvalidOperationException("a step that was to be taken is not enabled");
    }

    /// <summary>Whether the step of a thread need not be taken from here.</summary>
    internal bool Sleeps(ulong thread) => Sleep.Exists(step => step.Thread == thread);

    /// <summary>The same state, with nothing begun from it but what sleeps.</summary>
    internal SearchNode Fresh()
        => new()
        {
            Step = Step,
            Thread = Thread,
            Operation = Operation,
            Before = Before,
            NeedsWake = NeedsWake,
            Bound = Bound,
            Preemptions = Preemptions,
            Sleep = [.. Sleep],
        };

    /// <summary>Demands every step that can be taken and does not sleep.</summary>
    /// <param name="preemptions">How many preemptions there are at most.</param>
    /// <returns>Whether all are within the bound.</returns>
    internal bool DemandAll(int preemptions)
    {
        bool isWhole = true;
        foreach (Candidate candidate in Enabled)
        {
            if (Sleeps(candidate.Step.Thread))
            {
                continue;
            }

            if (Preempted >= 0 && candidate.Thread != Preempted && Preemptions == preemptions)
            {
                isWhole = false;
                continue;
            }

            Todo.Add(new WakeupTree(candidate.Step));
        }

        return isWhole;
    }

    /// <summary>Demands every step that does not sleep and that nothing to be done begins with.</summary>
    internal void DemandRest()
    {
        foreach (Candidate candidate in Enabled)
        {
            ulong thread = candidate.Step.Thread;
            if (!Sleeps(thread) && !Todo.Exists(branch => branch.Step.Thread == thread))
            {
                Todo.Add(new WakeupTree(candidate.Step));
            }
        }
    }

    /// <summary>A number is asked for here.</summary>
    /// <param name="bound">One more than the greatest.</param>
    internal void DemandChoices(uint bound)
    {
        ChoiceBound = bound;
        foreach (WakeupTree branch in Todo)
        {
            Chosen.Add((uint)branch.Step.Offset);
        }

        SkipChosen();
    }

    /// <summary>Begins the next branch from a state that has work.</summary>
    /// <param name="reduces">Whether what is begun sleeps from then on.</param>
    internal SearchNode Begin(bool reduces)
    {
        WakeupTree? branch = null;
        if (Todo.Count > 0)
        {
            branch = Todo[0];
            Todo.RemoveAt(0);
        }

        return ChoiceBound > 0 ? BeginChoice(branch) : BeginStep(branch!, reduces);
    }

    private SearchNode BeginStep(WakeupTree branch, bool reduces)
    {
        ref readonly Candidate taken = ref Find(branch.Step.Thread);
        List<Step> sleep = [];
        if (reduces)
        {
            foreach (Step step in Sleep)
            {
                if (step.Thread != taken.Step.Thread && !Step.Dependent(step, taken.Step))
                {
                    sleep.Add(step);
                }
            }

            Sleep.Add(taken.Step);
        }

        return new SearchNode
        {
            Step = taken.Step,
            Thread = taken.Thread,
            Operation = taken.Operation,
            Before = taken.Before,
            NeedsWake = taken.NeedsWake,
            Sleep = sleep,
            Todo = branch.Branches,
            Preemptions = Preemptions + (Preempted >= 0 && taken.Thread != Preempted ? 1 : 0),
        };
    }

    /// <summary>Those choices come first that lead on to something that is to be done; then all others.</summary>
    private SearchNode BeginChoice(WakeupTree? branch)
    {
        uint value;
        if (branch is not null)
        {
            value = (uint)branch.Step.Offset;
        }
        else
        {
            value = NextChoice++;
            SkipChosen();
        }

        return new SearchNode
        {
            Step = Step.Choice(Step.Thread, value),
            Thread = Thread,
            Bound = ChoiceBound,
            Sleep = [.. Sleep],
            Todo = branch?.Branches ?? [],
            Preemptions = Preemptions,
        };
    }

    private void SkipChosen()
    {
        while (Chosen.Contains(NextChoice))
        {
            NextChoice++;
        }
    }
}
