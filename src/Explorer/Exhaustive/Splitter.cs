namespace Testbed.Explorer;

/// <summary>
/// Splits an exhaustive search at its root into <see cref="Cube"/>s. From the states where it does so every step is
/// taken that can be taken and does not sleep, so that no part has to be told by another what that leaves to it: plain
/// sleep sets (P. Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, 1996). They
/// never run two equivalent executions to their ends, but may begin some that turn out to be covered elsewhere.
/// </summary>
/// <remarks>
/// What the parts are follows from the program alone: neither from how many workers there are nor from their speed. The
/// state that the fewest branches lead to is split first.
/// </remarks>
/// <param name="engine">Runs the program to the states to split.</param>
/// <param name="body">The program.</param>
/// <param name="options">How it is explored.</param>
internal sealed class Splitter(Engine engine, Action body, ExplorationOptions options) : ISearchSpace
{
    private readonly bool _reduces = options.Reduces;
    private readonly int _preemptions = options.Preemptions ?? int.MaxValue;

    /// <summary>Where on the path of the present execution the state to split is; -1 as long as there is none.</summary>
    private int _place;

    /// <summary>Whether something was left out because of the bound on preemptions.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>The path of a search that is not split.</summary>
    internal static IReadOnlyList<SearchNode> Root()
        => [new SearchNode { Thread = 0, Step = new Step { Thread = Engine.RootIdentity } }];

    /// <summary>Splits the search.</summary>
    /// <param name="wanted">How many parts there are to be; there are more if the last split makes many.</param>
    /// <returns>The path that each part begins with; null if the engine was told to stop.</returns>
    internal IReadOnlyList<IReadOnlyList<SearchNode>>? Split(int wanted)
    {
        var whole = new List<IReadOnlyList<SearchNode>>();
        var open = new Queue<IReadOnlyList<SearchNode>>([Root()]);
        while (open.Count > 0 && whole.Count + open.Count < wanted)
        {
            IReadOnlyList<SearchNode> first = open.Dequeue();
            List<SearchNode> path = [.. first.Select(node => node.Fresh())];
            if (!TryRun(path))
            {
                return null;
            }

            if (_place < 0)
            {
                whole.Add(first);
                continue;
            }

            while (path[_place].HasWork)
            {
                SearchNode next = path[_place].Begin(_reduces);
                open.Enqueue([.. path.Take(_place + 1), next]);
            }
        }

        return Shuffle([.. whole.Concat(open).Select(path => path.Select(node => node.Fresh()).ToArray())]);
    }

    /// <summary>
    /// Brings the parts into an order that is drawn at random, always the same: those that end first are then a sample
    /// of all.
    /// </summary>
    private static SearchNode[][] Shuffle(SearchNode[][] parts)
    {
        var random = new SchedulingRandom();
        random.Reset(0, 0);
        for (int i = parts.Length - 1; i > 0; i--)
        {
            int other = (int)random.Next((uint)i + 1);
            (parts[i], parts[other]) = (parts[other], parts[i]);
        }

        return parts;
    }

    /// <inheritdoc/>
    public bool TryExpand(List<SearchNode> path, Candidate[] enabled, int preempted)
    {
        if (_place >= 0)
        {
            return false;
        }

        SearchNode node = path[^1];
        node.Enabled = enabled;
        node.Preempted = preempted;
        IsCut |= !node.DemandAll(_preemptions);
        if (node.Todo.Count == 1)
        {
            path.Add(node.Begin(_reduces));
            return true;
        }

        _place = node.Todo.Count > 0 ? path.Count - 1 : -1;
        return false;
    }

    /// <inheritdoc/>
    public void ExpandChoice(List<SearchNode> path, uint bound)
    {
        SearchNode node = path[^1];
        node.DemandChoices(bound);
        if (_place >= 0 || bound == 1)
        {
            path.Add(node.Begin(_reduces));
            return;
        }

        // The execution goes on to its next step with any of them, and is thrown away.
        _place = path.Count - 1;
        path.Add(new SearchNode { Step = Step.Choice(node.Step.Thread, 0), Thread = node.Thread, Bound = bound });
    }

    private bool TryRun(List<SearchNode> path)
    {
        _place = -1;
        var strategy = new TreeStrategy(engine, this, path);
        var plan = new ExecutionPlan(
            strategy, options.Seed, 0, 0, options.MaxSteps, null, options.Waits, options.ReportLeaks);
        ExecutionOutcome outcome = engine.Run(body, plan);
        return !outcome.IsCutShort || outcome.IsRedundant || strategy.IsAsleep || strategy.HasDiverged;
    }
}
