namespace Testbed.Explorer;

/// <summary>
/// What the search of a <see cref="Cube"/> has begun and not ended: the states on the path that it is at, and what is
/// still to be explored from each. All else is done, and forgotten.
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
/// their second step is new. One worker explores a tree: a branch is told by its elder siblings what they leave to it.
/// </para>
/// <para>
/// A tree may begin with a path that was cut out of a greater one. From the states on that path everything else is
/// explored by other trees, so that a race whose first step is on it needs no turning round. What sleeps at its end may
/// have nothing more to do than to go on: then the execution is cut short. Its races are turned round as well, or what
/// they lead to might be left out.
/// </para>
/// <para>
/// With a bound on preemptions every order is run that keeps to it, equivalent or not (M. Musuvathi, S. Qadeer:
/// Iterative Context Bounding for Systematic Testing of Multithreaded Programs, PLDI 2007): the reduction would leave
/// out executions for equivalents that exceed the bound.
/// </para>
/// </remarks>
/// <param name="reduces">Whether one execution stands for all that are equivalent to it.</param>
/// <param name="preemptions">How many preemptions there are at most, if it does not reduce.</param>
/// <param name="root">The path that it begins with.</param>
internal sealed class SearchTree(bool reduces, int preemptions, IReadOnlyList<SearchNode> root) : ISearchSpace
{
    /// <summary>What slept when the tree began.</summary>
    private readonly Step[] _foreign = [.. root[^1].Sleep];

    /// <summary>
    /// The first steps of turns that others have overtaken. Whoever is at one would wait, and gets on without a turn in
    /// vain if others go first. Which order is tried first changes nothing in what is explored.
    /// </summary>
    private readonly HashSet<Step> _waits = [];

    private bool _begun;

    /// <summary>The path of the execution that was given out last.</summary>
    internal List<SearchNode> Path { get; } = [.. root.Select(node => node.Fresh())];

    /// <summary>Whether it would begin in another way if it began now, as it has learnt where threads wait.</summary>
    internal bool KnowsBetter { get; private set; }

    /// <summary>Whether something was left out because of the bound.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>Changes the path to that of the next execution, its last step the first one that is new.</summary>
    /// <returns>False if there is none left.</returns>
    internal bool TryTake()
    {
        if (!_begun)
        {
            _begun = true;
            return true;
        }

        int last = Path.FindLastIndex(node => node.HasWork);
        Path.RemoveRange(last + 1, Path.Count - last - 1);
        if (last < 0)
        {
            return false;
        }

        Path.Add(Path[^1].Begin(reduces));
        return true;
    }

    /// <inheritdoc/>
    public bool TryExpand(List<SearchNode> path, Candidate[] enabled, int preempted)
    {
        SearchNode node = path[^1];
        node.Enabled = enabled;
        node.Preempted = preempted;
        if (!reduces)
        {
            IsCut |= !node.DemandAll(preemptions);
        }
        else if (node.Todo.Count == 0)
        {
            int first = Array.FindIndex(enabled, candidate => !node.Sleeps(candidate.Step.Thread));
            if (first < 0)
            {
                return false;
            }

            int better = Array.FindIndex(
                enabled,
                first,
                candidate => !node.Sleeps(candidate.Step.Thread) && !_waits.Contains(candidate.Step));
            node.Todo.Add(new WakeupTree(enabled[better < 0 ? first : better].Step));
        }

        path.Add(node.Begin(reduces));
        return true;
    }

    /// <inheritdoc/>
    public void ExpandChoice(List<SearchNode> path, uint bound)
    {
        path[^1].DemandChoices(bound);
        path.Add(path[^1].Begin(reduces));
    }

    /// <summary>Demands that a race of the path is turned round, unless that is explored anyway.</summary>
    /// <param name="race">The race.</param>
    /// <param name="order">Who found it.</param>
    internal void Reverse(in Race race, TraceOrder order)
    {
        if (race.First < root.Count)
        {
            return;
        }

        Sequence sequence = order.Reverse(race);
        SearchNode before = Path[race.First - 1];
        foreach (Step step in before.Sleep)
        {
            // What sleeps in this tree, having been taken in it, has shown the races of all that follows it. What
            // slept when the tree began is taken in another one, which tells nobody here: only what it is a part of
            // is left to that.
            if (_foreign.Contains(step) ? sequence.BeginsWith(step) : sequence.CanBeginWith(step))
            {
                return;
            }
        }

        WakeupTree.Insert(before.Todo, sequence);
    }

    /// <summary>A turn of a wait loop, the last thing that its thread did on the path, was overtaken.</summary>
    /// <param name="thread">The number of the thread.</param>
    /// <param name="steps">How many steps the turn took.</param>
    internal void LearnWait(int thread, int steps)
    {
        for (int i = Path.Count - 1; i > 0 && steps > 0; i--)
        {
            if (Path[i].Thread == thread && !Path[i].Step.IsChoice && --steps == 0)
            {
                KnowsBetter |= _waits.Add(Path[i].Step);
            }
        }
    }

    /// <summary>Forgets all but where threads wait. Nothing has been explored.</summary>
    internal void Restart()
    {
        Path.Clear();
        Path.AddRange(root.Select(node => node.Fresh()));
        _begun = false;
        KnowsBetter = false;
    }

    /// <summary>
    /// An execution was cut short since a turn of a wait loop was over: what would have followed shows no races, so
    /// everything is demanded that can be done instead of its last step.
    /// </summary>
    internal void Widen()
    {
        int last = Path.FindLastIndex(node => !node.Step.IsChoice);
        if (last >= root.Count)
        {
            Path[last - 1].DemandRest();
        }
    }
}
