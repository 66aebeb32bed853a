namespace Testbed.Explorer;

/// <summary>
/// A part of an exhaustive search that needs nothing of the others: all that begins with a certain path, less what
/// sleeps at its end. At each moment one worker has it.
/// </summary>
/// <param name="number">Which one it is, from 0, in the order of the search.</param>
/// <param name="tree">What is still to be done.</param>
internal sealed class Cube(int number, SearchTree tree)
{
    /// <summary>Which one it is, from 0, in the order of the search.</summary>
    internal int Number { get; } = number;

    /// <summary>What is still to be done. The worker's that has the cube.</summary>
    internal SearchTree Tree { get; } = tree;

    /// <summary>Executions that were begun. This and what follows is guarded by the search.</summary>
    internal long Begun { get; set; }

    /// <summary>Executions that ended.</summary>
    internal long Executions { get; set; }

    /// <summary>Executions that were cut short, since another one stands for them.</summary>
    internal long Blocked { get; set; }

    /// <summary>Steps of all of them together.</summary>
    internal long Steps { get; set; }

    /// <summary>The most steps that one had.</summary>
    internal int Depth { get; set; }

    /// <summary>The failing executions, in order.</summary>
    internal List<Failure> Failures { get; } = [];

    /// <summary>Whether there is nothing left to do.</summary>
    internal bool IsDone { get; set; }

    /// <summary>Whether something was left out because of the bound on preemptions.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Takes over what came of it in another exploration.</summary>
    internal void Restore(CubeRecord done)
    {
        Executions = done.Executions;
        Blocked = done.Blocked;
        Begun = done.Executions + done.Blocked;
        Steps = done.Steps;
        Depth = done.Depth;
        IsCut = done.IsCut;
        IsDone = true;
    }
}
