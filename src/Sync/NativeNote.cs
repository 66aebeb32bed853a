using System.Diagnostics;
using System.Threading;

namespace Testbed.Sync;

/// <summary>A one-shot event on a monitor. The seed's <c>Note</c> in <c>lock_futex.c</c>.</summary>
/// <param name="name">What its error messages call it.</param>
internal sealed class NativeNote(string name)
{
    private readonly object _gate = new();

    /// <summary>Whether <see cref="Wake"/> came since the last <see cref="Clear"/>; under <see cref="_gate"/>.</summary>
    private bool _woken;

    internal void Clear()
    {
        lock (_gate)
        {
            _woken = false;
        }
    }

    internal void Wake()
    {
        lock (_gate)
        {
            if (_woken)
            {
                throw new InvalidOperationException($"note '{name}' was woken twice");
            }

            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the wake; false when the time is up first.</summary>
    internal bool Sleep(TimeSpan limit)
    {
        lock (_gate)
        {
            if (limit == Timeout.InfiniteTimeSpan)
            {
                while (!_woken)
                {
                    Monitor.Wait(_gate);
                }

                return true;
            }

            // A wait on a monitor may be shorter than asked for, so time is read again.
            long start = Stopwatch.GetTimestamp();
            while (!_woken)
            {
                TimeSpan left = limit - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                // Monitor counts in milliseconds: less than one is one.
                Monitor.Wait(_gate, Math.Max(1, (int)Math.Min(left.TotalMilliseconds, int.MaxValue)));
            }

            return true;
        }
    }
}
