using Microsoft.Coyote.Specifications;

namespace Testbed.Systematic.Coyote;

/// <summary>A liveness property: a stop of the world is followed by a start. Hot while it is stopped.</summary>
internal sealed class WorldRuns : Monitor
{
    /// <summary>The world has stopped.</summary>
    internal sealed class Stopped : Event
    {
    }

    /// <summary>A goroutine runs again.</summary>
    internal sealed class Resumed : Event
    {
    }

    [Start]
    [Cold]
    [OnEventGotoState(typeof(Stopped), typeof(IsStopped))]
    [IgnoreEvents(typeof(Resumed))]
    private sealed class Running : State
    {
    }

    /// <summary>Another stop says that there was a start: no goroutine was seen in between.</summary>
    [Hot]
    [OnEventGotoState(typeof(Resumed), typeof(Running))]
    [OnEventGotoState(typeof(Stopped), typeof(IsStopped))]
    private sealed class IsStopped : State
    {
    }
}
