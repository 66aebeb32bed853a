using System.Diagnostics;

namespace Testbed.Explorer;

/// <summary>
/// How much shrinking may cost. Executions bound it, so that the outcome is the same on every machine; the time limit
/// is there for programs whose executions take long, and the outcome says so when it was reached.
/// </summary>
/// <param name="executions">How many candidates may run.</param>
/// <param name="steps">How many steps they may take together.</param>
/// <param name="time">How long it may take.</param>
internal sealed class ShrinkBudget(int executions, long steps, TimeSpan time)
{
    /// <summary>So often a running candidate looks at the clock.</summary>
    private const int StepsPerTimeCheck = 256;

    private readonly long _start = Stopwatch.GetTimestamp();
    private volatile bool _cancelled;

    /// <summary>Steps of the candidate that runs; it looks at the clock now and then.</summary>
    private int _running;
    private volatile int _used;
    private long _steps;

    /// <summary>Candidates that have run. Any thread.</summary>
    internal int Used => _used;

    /// <summary>Candidates that may still run.</summary>
    internal int Left => executions - _used;

    /// <summary>Time since the start. Any thread.</summary>
    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Why there is no more; <see cref="ShrinkEnd.Minimal"/> while there is.</summary>
    internal ShrinkEnd End { get; private set; } = ShrinkEnd.Minimal;

    /// <summary>Whether nothing more may run.</summary>
    internal bool IsSpent => End != ShrinkEnd.Minimal;

    /// <summary>Ends the shrinking soon. Any thread.</summary>
    internal void Cancel() => _cancelled = true;

    /// <summary>Takes one candidate's share.</summary>
    /// <returns>Whether it may run.</returns>
    internal bool TryTake()
    {
        _running = 0;
        if (!IsSpent && !_cancelled && (_used >= executions || _steps >= steps))
        {
            End = ShrinkEnd.ExecutionLimit;
        }

        if (!TryStep())
        {
            return false;
        }

        _used++;
        return true;
    }

    /// <summary>
    /// Takes a step of the candidate that runs: on a busy machine it may take long, and is not waited for.
    /// </summary>
    /// <returns>Whether it may go on.</returns>
    internal bool TryStep()
    {
        if (!IsSpent)
        {
            End = _cancelled ? ShrinkEnd.Cancelled
                : _running++ % StepsPerTimeCheck == 0 && Elapsed >= time ? ShrinkEnd.TimeLimit
                : ShrinkEnd.Minimal;
        }

        return !IsSpent;
    }

    /// <summary>Takes the steps of a candidate that has run.</summary>
    internal void Spend(int taken) => _steps += taken;
}
