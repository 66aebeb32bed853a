namespace Testbed.Explorer;

/// <summary>How often the turn of a wait loop may be taken that changes nothing.</summary>
internal enum WaitRule
{
    /// <summary>Again whenever something has changed that the last turn read.</summary>
    TakeTurns,

    /// <summary>
    /// Once: a thread at <see cref="Sync.ISync.Spin"/> goes no further, nor does one at a timed sleep that timed out
    /// before and has changed nothing since. A turn that changes nothing may as well be left out, so that
    /// the execution in which the thread goes on is the one in which it reads later.
    /// </summary>
    /// <remarks>
    /// When all have come to rest the others' turns tell whether this execution is such a one: they look again, and
    /// one that then goes on ends the execution as redundant. If none does, they wait for ever: a livelock.
    /// </remarks>
    OneTurn,
}
