using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>Checks that no mutator takes a step between the stop and the start of the world.</summary>
/// <remarks>
/// The words are plain, and the collector's own synchronization orders their accesses: what a mutator does before a
/// stop comes before the stop, what it does after the start comes after it. Where it does not, that is a data race.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal unsafe class MutatorWatch<TSync> : CollectionObserver, IDisposable
    where TSync : struct, ISync
{
    private readonly State* _state = TSync.Allocate<State>(1, "watch");

    /// <summary>How many collections have ended; once no goroutine runs.</summary>
    internal int Collections => TSync.Read(&_state->Collections);

    /// <summary>A mutator does something; on its goroutine.</summary>
    internal void Step() => RequireRunning("a mutator runs while the world is stopped");

    /// <inheritdoc/>
    public override void WorldStopped()
    {
        RequireRunning("the world was stopped twice");
        TSync.Write(&_state->Stopped, 1);
    }

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        EndWatch();
        TSync.Write(&_state->Collections, TSync.Read(&_state->Collections) + 1);
    }

    /// <inheritdoc/>
    public virtual void Dispose() => TSync.Free(_state);

    /// <summary>Lets mutators run from now on.</summary>
    internal void EndWatch() => TSync.Write(&_state->Stopped, 0);

    private void RequireRunning(string message) => OracleException.Require(TSync.Read(&_state->Stopped) == 0, message);

    private struct State
    {
        /// <summary>1 while the world is stopped: written by the collecting goroutine, read by every mutator.</summary>
        internal int Stopped;

        /// <summary>Written by the collecting goroutine.</summary>
        internal int Collections;
    }
}
