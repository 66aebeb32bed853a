using System.Threading;

namespace Testbed.Explorer;

/// <summary>What other threads may ask of a running engine: whether it gets on; and tell it: to stop.</summary>
internal sealed class EngineWatch
{
    /// <summary>
    /// Counts steps and executions; the engine's running thread writes it, the watchdog reads it any time.
    /// </summary>
    private long _beats;

    /// <summary>Whether an execution runs; written by the engine's thread, read any time.</summary>
    private volatile bool _running;

    private volatile bool _cancelled;

    /// <summary>A number that changes as long as the engine gets on. Any thread.</summary>
    internal long Beats => Volatile.Read(ref _beats);

    /// <summary>Whether an execution runs. Any thread.</summary>
    internal bool IsRunning => _running;

    /// <summary>Whether the execution is to end soon. Any thread.</summary>
    internal bool IsCancelled => _cancelled;

    /// <summary>Ends the execution soon, unless it is run for a report, and all later ones. Any thread.</summary>
    internal void Cancel() => _cancelled = true;

    internal void Begin()
    {
        Step();
        _running = true;
    }

    internal void End()
    {
        _running = false;
        Step();
    }

    /// <summary>The running thread is the only writer, so that no atomic addition is needed.</summary>
    internal void Step() => Volatile.Write(ref _beats, _beats + 1);
}
