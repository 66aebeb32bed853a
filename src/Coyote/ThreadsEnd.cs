using Microsoft.Coyote.Specifications;

namespace Testbed.Coyote;

/// <summary>
/// A liveness property of every execution: threads that are started end. Hot while one has not, so Coyote reports an
/// execution in which threads go on for ever, each changing what the others wait for; a wait without such changes it
/// reports as a deadlock.
/// </summary>
public sealed class ThreadsEnd : Monitor
{
    private int _threads;

    /// <summary>A thread was started.</summary>
    public sealed class Started : Event
    {
        /// <summary>The only one there need be.</summary>
        public static Started Instance { get; } = new();
    }

    /// <summary>A thread has ended.</summary>
    public sealed class Ended : Event
    {
        /// <summary>The only one there need be.</summary>
        public static Ended Instance { get; } = new();
    }

    [Start]
    [Cold]
    [OnEventDoAction(typeof(Started), nameof(OnStarted))]
    private sealed class AllHaveEnded : State
    {
    }

    [Hot]
    [OnEventDoAction(typeof(Started), nameof(OnStarted))]
    [OnEventDoAction(typeof(Ended), nameof(OnEnded))]
    private sealed class SomeRun : State
    {
    }

    private void OnStarted()
    {
        if (_threads++ == 0)
        {
            RaiseGotoStateEvent<SomeRun>();
        }
    }

    private void OnEnded()
    {
        if (--_threads == 0)
        {
            RaiseGotoStateEvent<AllHaveEnded>();
        }
    }
}
