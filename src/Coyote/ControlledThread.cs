using System.Threading;
using Microsoft.Coyote.Runtime;

namespace Testbed.Coyote;

/// <summary>
/// A thread of an execution: to Coyote an operation of that name. Of an execution's threads one runs at a time, and
/// only that one touches them.
/// </summary>
internal sealed class ControlledThread : IOperationBuilder
{
    /// <summary>The thread of this execution that runs on a thread of the system.</summary>
    [ThreadStatic]
    internal static ControlledThread? t_current;

    /// <summary>Creates a thread.</summary>
    /// <param name="execution">What it is part of.</param>
    /// <param name="number">Its number in the execution, from 0.</param>
    /// <param name="name">What reports call it.</param>
    internal ControlledThread(Execution execution, int number, string name)
    {
        Execution = execution;
        Number = number;
        Name = name;
        CanGoOn = () => Execution.CanGoOn(this);
        HashedStateCallback = () => HashOf(Number, (int)Waiting, Target, Line);
    }

    internal Execution Execution { get; }

    internal int Number { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Guid? GroupId => null;

    /// <summary>
    /// Where it stands, for q-learning. Made of numbers only: a string hashes differently in each process.
    /// </summary>
    public Func<int> HashedStateCallback { get; }

    /// <summary>Whether what it waits for has come.</summary>
    internal Func<bool> CanGoOn { get; }

    /// <summary>The thread of the system that runs it; null before that, and of the first thread.</summary>
    internal Thread? Carrier { get; set; }

    internal Waiting Waiting { get; set; }

    /// <summary>The number of the lock, note or thread that it waits for.</summary>
    internal int Target { get; set; }

    /// <summary>The source line of its last operation.</summary>
    internal int Line { get; set; }

    internal bool HasEnded { get; set; }

    internal bool IsJoined { get; set; }

    /// <summary>What it has read since its last turn of a wait loop.</summary>
    internal TurnReads Reads { get; } = new();

    /// <summary>Whether another thread has changed since then what it had read.</summary>
    internal bool IsTurnOver { get; set; }

    /// <summary>Whether it has read the clock since its last wait, so that time alone may change its way.</summary>
    internal bool HasReadClock { get; set; }

    /// <summary>How often it has changed shared state.</summary>
    internal long Changes { get; set; }

    /// <summary>The changes by all threads at its last timeout; -1 if it had none.</summary>
    internal long ChangesAtTimeout { get; set; } = -1;

    /// <summary>The changes by other threads at its last timeout; -1 if it had none.</summary>
    internal long OthersChangesAtTimeout { get; set; } = -1;

    private static int HashOf(int number, int waiting, int target, int line)
        => unchecked((((((number * 31) + waiting) * 31) + target) * 31) + line);
}
