namespace Testbed.Explorer;

/// <summary>
/// What earlier executions have taught, the same for all workers. Executions come in rounds: one knows of those of
/// earlier rounds, and of none of its own, so that what it does follows from the seed however many workers there are.
/// </summary>
/// <remarks>The ledger changes it, under its lock: at the end of a round, when no execution runs.</remarks>
/// <param name="learns">Whether executions learn from all earlier ones, not from execution 0 alone.</param>
internal sealed class Experience(bool learns)
{
    /// <summary>
    /// How many executions a round has after the first: the fewer, the sooner they learn; the more, the less workers
    /// wait for each other.
    /// </summary>
    private const int RoundLength = 16;

    /// <summary>Which threads came where in execution 0; null before that.</summary>
    internal AccessProfile? Profile { get; set; }

    /// <summary>Which read has read from which write.</summary>
    internal ReadsFromCorpus ReadsFrom { get; } = new();

    /// <summary>The most threads that an execution by priorities had.</summary>
    internal int Threads { get; set; }

    /// <summary>Whether a thread gave way in one of them.</summary>
    internal bool GaveWay { get; set; }

    /// <summary>A round ends.</summary>
    /// <param name="executions">How many executions there have been.</param>
    /// <returns>How many there have been when the next one ends; the first round is execution 0.</returns>
    internal long EndRound(long executions)
    {
        ReadsFrom.EndRound();
        return executions == 0 ? 1 : learns ? executions + RoundLength : long.MaxValue;
    }
}
