using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Testbed.Explorer;

/// <summary>Does something on an engine of its own, on a thread of its own, and watches that it gets on.</summary>
/// <remarks>
/// Its threads share the processor that the caller is on: they run one at a time, and wake each other sooner there.
/// </remarks>
/// <param name="name">The thread's name.</param>
/// <param name="stallLimit">An engine that takes no step for so long has stalled.</param>
internal sealed class EngineThread(string name, TimeSpan stallLimit)
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(50);

    /// <summary>Written by the new thread, read by the one that waits for it.</summary>
    private volatile Engine? _engine;

    /// <summary>What went wrong in the engine itself; read when the thread has ended.</summary>
    private ExceptionDispatchInfo? _error;

    /// <summary>Does it. Blocks.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="tick">Called several times a second meanwhile, on the calling thread.</param>
    /// <returns>
    /// Null when it is done; else the engine that has stalled, whose thread is left behind, and for how long.
    /// </returns>
    internal (Engine Engine, TimeSpan Silence)? Run(Action<Engine> work, Action? tick = null)
    {
        var thread = new Thread(() => RunOnThread(work)) { IsBackground = true, Name = name };
        thread.Start();
        var stall = new StallClock(stallLimit);
        while (!thread.Join(s_period))
        {
            tick?.Invoke();
            if (!Debugger.IsAttached && _engine is { } engine && stall.Find(engine.Watch) is { } silence)
            {
                return (engine, silence);
            }
        }

        _error?.Throw();
        return null;
    }

    private void RunOnThread(Action<Engine> work)
    {
        try
        {
            using var engine = new Engine(HandOffs.Fastest, Processors.Allowed() is [int present, ..] ? present : null);
            _engine = engine;
            work(engine);
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            _engine = null;
        }
    }
}
