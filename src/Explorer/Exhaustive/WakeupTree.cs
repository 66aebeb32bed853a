namespace Testbed.Explorer;

/// <summary>
/// Sequences of steps that must still be taken from some state, as a tree: a step, and what is to follow it.
/// </summary>
/// <param name="step">The step.</param>
internal sealed class WakeupTree(Step step)
{
    /// <summary>The step.</summary>
    internal Step Step { get; } = step;

    /// <summary>What is to follow it, in this order; if nothing, whatever likes.</summary>
    internal List<WakeupTree> Branches { get; } = [];

    /// <summary>
    /// Adds a sequence, unless a sequence that is there already leads to the same: the paper's insert.
    /// </summary>
    /// <param name="branches">Those that are there.</param>
    /// <param name="sequence">The sequence to add; used up.</param>
    /// <returns>Whether something was added.</returns>
    internal static bool Insert(List<WakeupTree> branches, Sequence sequence)
    {
        while (true)
        {
            WakeupTree? next = branches.Find(branch => sequence.TryBeginWith(branch.Step));
            if (next is null)
            {
                break;
            }

            branches = next.Branches;
            if (branches.Count == 0 || sequence.IsEmpty)
            {
                return false;
            }
        }

        // Where a choice is made, it comes next.
        if (branches.Count > 0 && branches[0].Step.IsChoice)
        {
            sequence.BringForward(branches[0].Step.Thread);
        }

        foreach (Step step in sequence.Steps)
        {
            var branch = new WakeupTree(step);
            branches.Add(branch);
            branches = branch.Branches;
        }

        return true;
    }
}
