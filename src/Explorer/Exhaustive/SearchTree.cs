namespace Testbed.Explorer;

/// <summary>
/// What an exhaustive exploration has begun and not ended: the states on the paths that its workers are at, and what
/// is still to be explored from each. All else is done, and forgotten.
/// </summary>
/// <remarks>
/// <para>
/// Without a bound: P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas: Source Sets: A Foundation for Optimal Dynamic
/// Partial Order Reduction, JACM 64(4), 2017. An execution is run to its end; then for each race in it the sequence
/// that turns the race round is added to the wakeup tree of the state before it, unless what it leads to is explored
/// anyway. So of the executions that differ only in the order of independent steps exactly one is run.
/// </para>
/// <para>
/// It departs from the paper in this. Whether two accesses are dependent is told by what they do where they are (a
/// compare-and-exchange that fails is a read). Of a lock, the steps that take it race, although the first one's
/// release lies between them. A thread that never took its next step, since it waits for ever, races with it
/// nevertheless. A choice is a step of its own, whose alternatives are all explored. Races are looked for once, when
/// their second step is new. One worker explores the tree: a branch is told by its elder siblings what they leave to it.
/// </para>
/// <para>
/// With a bound on preemptions every order is run that keeps to it, equivalent or not (M. Musuvathi, S. Qadeer:
/// Iterative Context Bounding for Systematic Testing of Multithreaded Programs, PLDI 2007): the reduction would leave
/// out executions for equivalents that exceed the bound.
/// </para>
/// <para>Its user locks it: one worker at a time calls in here.</para>
/// </remarks>
/// <param name="reduces">Whether one execution stands for all that are equivalent to it.</param>
/// <param name="preemptions">How many preemptions there are at most, if it does not reduce.</param>
internal sealed class SearchTree(bool reduces, int preemptions)
{
    /// <summary>The paths that executions run on.</summary>
    private readonly List<List<SearchNode>> _paths = [];

    private bool _begun;

    /// <summary>Whether an execution runs, so that work may turn up.</summary>
    internal bool IsRunning => _paths.Count > 0;

    /// <summary>Whether something was left out because of the bound.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>Gives out a branch to explore: the path to it, its last step the first one that is new.</summary>
    /// <param name="path">The path of the caller's last execution; changed to that of the next.</param>
    /// <returns>False if there is none now.</returns>
    internal bool TryTake(List<SearchNode> path)
    {
        if (!_begun)
        {
            _begun = true;
            path.Add(new SearchNode { Thread = 0, Step = new Step { Thread = Engine.RootIdentity } });
            _paths.Add(path);
            return true;
        }

        int last = path.FindLastIndex(node => node.HasWork);
        if (last >= 0)
        {
            path.RemoveRange(last + 1, path.Count - last - 1);
        }
        else
        {
            // What lies nearest to the root is the most work.
            path.Clear();
            foreach (List<SearchNode> other in _paths)
            {
                int first = other.FindIndex(node => node.HasWork);
                if (first >= 0)
                {
                    path.AddRange(other.Take(first + 1));
                    break;
                }
            }
        }

        if (path.Count == 0)
        {
            return false;
        }

        path.Add(Begin(path[^1]));
        _paths.Add(path);
        return true;
    }

    /// <summary>A path's execution has ended; what is left of its work is there to be taken.</summary>
    internal void Leave(List<SearchNode> path) => _paths.Remove(path);

    /// <summary>The program has come to a state that nobody was in before.</summary>
    /// <param name="path">The path to it; the step to take is added.</param>
    /// <param name="enabled">The threads that can go on; the first one is the one to prefer.</param>
    /// <param name="preempted">The thread that is preempted when another goes on, or -1.</param>
    /// <returns>False if nothing is to be explored from here.</returns>
    internal bool TryExpand(List<SearchNode> path, Candidate[] enabled, int preempted)
    {
        SearchNode node = path[^1];
        node.Enabled = enabled;
        node.Preempted = preempted;
        if (!reduces)
        {
            foreach (Candidate candidate in enabled)
            {
                bool preempts = preempted >= 0 && candidate.Thread != preempted;
                if (preempts && node.Preemptions == preemptions)
                {
                    IsCut = true;
                    continue;
                }

                node.Todo.Add(new WakeupTree(candidate.Step));
            }
        }
        else if (node.Todo.Count == 0)
        {
            int first = Array.FindIndex(enabled, candidate => !node.Sleeps(candidate.Step.Thread));
            if (first < 0)
            {
                return false;
            }

            node.Todo.Add(new WakeupTree(enabled[first].Step));
        }

        path.Add(Begin(node));
        return true;
    }

    /// <summary>The program asks for a number in a state that nobody was in before.</summary>
    /// <param name="path">The path to it; the choice is added.</param>
    /// <param name="bound">One more than the greatest number.</param>
    internal void ExpandChoice(List<SearchNode> path, uint bound)
    {
        SearchNode node = path[^1];
        node.ChoiceBound = bound;
        foreach (WakeupTree branch in node.Todo)
        {
            node.Chosen.Add((uint)branch.Step.Offset);
        }

        SkipChosen(node);
        path.Add(Begin(node));
    }

    /// <summary>Demands that a race is turned round, unless that is explored anyway.</summary>
    /// <param name="before">The state before the race's first step.</param>
    /// <param name="sequence">What is to be done there instead; used up.</param>
    internal static void Reverse(SearchNode before, Sequence sequence)
    {
        foreach (Step step in before.Sleep)
        {
            if (sequence.CanBeginWith(step))
            {
                return;
            }
        }

        WakeupTree.Insert(before.Todo, sequence);
    }

    /// <summary>Begins the next branch from a state that has work.</summary>
    private SearchNode Begin(SearchNode node)
    {
        WakeupTree? branch = null;
        if (node.Todo.Count > 0)
        {
            branch = node.Todo[0];
            node.Todo.RemoveAt(0);
        }

        return node.ChoiceBound > 0 ? BeginChoice(node, branch) : BeginStep(node, branch!);
    }

    private SearchNode BeginStep(SearchNode node, WakeupTree branch)
    {
        ref readonly Candidate taken = ref node.Find(branch.Step.Thread);
        List<Step> sleep = [];
        if (reduces)
        {
            foreach (Step step in node.Sleep)
            {
                if (step.Thread != taken.Step.Thread && !Step.Dependent(step, taken.Step))
                {
                    sleep.Add(step);
                }
            }

            node.Sleep.Add(taken.Step);
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
            Preemptions = node.Preemptions + (node.Preempted >= 0 && taken.Thread != node.Preempted ? 1 : 0),
        };
    }

    /// <summary>Those choices come first that lead on to something that is to be done; then all others.</summary>
    private static SearchNode BeginChoice(SearchNode node, WakeupTree? branch)
    {
        uint value;
        if (branch is not null)
        {
            value = (uint)branch.Step.Offset;
        }
        else
        {
            value = node.NextChoice++;
            SkipChosen(node);
        }

        return new SearchNode
        {
            Step = Step.Choice(node.Step.Thread, value),
            Thread = node.Thread,
            Bound = node.ChoiceBound,
            Sleep = [.. node.Sleep],
            Todo = branch?.Branches ?? [],
            Preemptions = node.Preemptions,
        };
    }

    private static void SkipChosen(SearchNode node)
    {
        while (node.Chosen.Contains(node.NextChoice))
        {
            node.NextChoice++;
        }
    }
}
