namespace Testbed.Explorer;

/// <summary>A state of the program, as the steps and choices that lead to it; and what is still to be done from it.</summary>
/// <remarks>Guarded by its <see cref="SearchTree"/>, but for what never changes once it is in the tree.</remarks>
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
}
