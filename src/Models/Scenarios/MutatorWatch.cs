using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>Checks that no mutator takes a step between the stop and the start of the world.</summary>
/// <remarks>
/// For an engine that runs one thread at a time: the state is plain managed data, so that watching is no step of its
/// own.
/// </remarks>
internal sealed class MutatorWatch : CollectionObserver
{
    private bool _stopped;

    /// <summary>How many collections have ended.</summary>
    internal int Collections { get; private set; }

    /// <summary>A mutator does something; on its goroutine.</summary>
    internal void Step() => OracleException.Require(!_stopped, "a mutator runs while the world is stopped");

    /// <inheritdoc/>
    public override void WorldStopped()
    {
        OracleException.Require(!_stopped, "the world was stopped twice");
        _stopped = true;
    }

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        _stopped = false;
        Collections++;
    }
}
