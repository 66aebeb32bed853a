using Microsoft.Coyote.Specifications;

namespace Testbed.Systematic.Coyote;

/// <summary>A liveness property: every goroutine ends. Hot while one has begun that has not ended.</summary>
internal sealed class GoroutinesEnd : Monitor
{
    private int _running;

    /// <summary>A goroutine begins.</summary>
    internal sealed class Begun : Event
    {
    }

    /// <summary>A goroutine has ended.</summary>
    internal sealed class Ended : Event
    {
    }

    [Start]
    [Cold]
    [OnEventDoAction(typeof(Begun), nameof(OnBegun))]
    private sealed class AllHaveEnded : State
    {
    }

    [Hot]
    [OnEventDoAction(typeof(Begun), nameof(OnBegun))]
    [OnEventDoAction(typeof(Ended), nameof(OnEnded))]
    private sealed class SomeRun : State
    {
    }

    private void OnBegun()
    {
        if (_running++ == 0)
        {
            RaiseGotoStateEvent<SomeRun>();
        }
    }

    private void OnEnded()
    {
        if (--_running == 0)
        {
            RaiseGotoStateEvent<AllHaveEnded>();
        }
    }
}
