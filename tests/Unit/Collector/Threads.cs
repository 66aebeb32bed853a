using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Testbed.Unit.Collector;

/// <summary>Real threads for tests.</summary>
internal static class Threads
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs a body on several threads at once, each with its number, and waits for them.</summary>
    /// <exception cref="TimeoutException">They do not end.</exception>
    public static void Run(int count, Action<int> body)
    {
        ExceptionDispatchInfo? failure = null;
        using var start = new Barrier(count);
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int number = i;
            threads[i] = new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    body(number);
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            })
            { IsBackground = true };
            threads[i].Start();
        }

        var waited = Stopwatch.StartNew();
        foreach (Thread thread in threads)
        {
            // A thread that failed leaves the others waiting for it.
            while (failure == null && !thread.Join(TimeSpan.FromMilliseconds(50)))
            {
                if (waited.Elapsed > s_patience)
                {
                    throw new TimeoutException("a thread does not end");
                }
            }
        }

        failure?.Throw();
    }
}
