namespace Testbed.Explorer;

/// <summary>Says what is to be done from states that nobody was in before. One worker's.</summary>
internal interface ISearchSpace
{
    /// <summary>The program has come to a state that nobody was in before.</summary>
    /// <param name="path">The path to it; the step to take is added.</param>
    /// <param name="enabled">The threads that can go on; the first one is the one to prefer.</param>
    /// <param name="preempted">The thread that is preempted when another goes on, or -1.</param>
    /// <returns>False if nothing is to be explored from here.</returns>
    bool TryExpand(List<SearchNode> path, Candidate[] enabled, int preempted);

    /// <summary>The program asks for a number in a state that nobody was in before.</summary>
    /// <param name="path">The path to it; the choice is added.</param>
    /// <param name="bound">One more than the greatest number.</param>
    void ExpandChoice(List<SearchNode> path, uint bound);
}
