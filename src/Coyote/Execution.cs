using System.Text;
using System.Threading;
using Microsoft.Coyote.Random;
using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.Specifications;
using Testbed.Sync;

namespace Testbed.Coyote;

/// <summary>
/// One execution under Coyote: its threads, and the one place from which Coyote is called. Coyote lets one of them run
/// at a time, and a hand-over orders what one wrote before what the next one reads; so nothing is guarded but what says
/// so.
/// </summary>
/// <remarks>
/// When an execution is over (a failure, a deadlock, too many steps) Coyote interrupts its threads all at once, but
/// only those that it made itself. So the first of ours that learns of it interrupts the others. All unwind, at the
/// same time, through calls that throw <see cref="ThreadInterruptedException"/>, which Coyote ignores; the last to
/// leave gives the memory back.
/// </remarks>
internal sealed partial class Execution
{
    private const long NanosecondsPerStep = 1000;

    private readonly Generator _generator = Generator.Create();
    private readonly List<ControlledThread> _threads = [];
    private readonly List<Func<string>> _inputs = [];

    /// <summary>Set once by whoever learns of the end; read by all.</summary>
    private volatile bool _isOver;

    /// <summary>How many threads may still touch the execution; counted with interlocked operations.</summary>
    private int _inside;

    private long _steps;
    private long _skippedTime;

    /// <summary>How often shared state has changed. A write of the value that was there is no change.</summary>
    private long _changes;

    /// <summary>Runs the execution's first thread on the calling one; returns when all threads have ended.</summary>
    /// <exception cref="InvalidOperationException">No engine of Coyote controls the calling thread.</exception>
    internal void Run(Action body)
    {
        if (Operation.GetNextId() is null)
        {
            throw new InvalidOperationException("no test engine of Coyote runs this; see docs/coyote.md");
        }

        Specification.RegisterMonitor<ThreadsEnd>();
        ControlledThread main = AddThread("main");
        main.Carrier = Thread.CurrentThread;
        Live(main, () =>
        {
            body();
            Await(main, Waiting.Others, 0, 0);
        });
    }

    /// <summary>Starts a thread; its handle is never 0.</summary>
    internal nint Start(ControlledThread self, string name, Action body, int line)
    {
        Point(self, line);
        ControlledThread thread = AddThread(name);
        ulong operation = Operation.CreateFrom(thread)!.Value;
        thread.Carrier = new Thread(() => Carry(thread, operation, body)) { IsBackground = true };
        Specification.Monitor<ThreadsEnd>(ThreadsEnd.Started.Instance);
        Operation.Start(operation);
        thread.Carrier.Start();
        return thread.Number + 1;
    }

    /// <summary>Waits until a thread has ended.</summary>
    internal void Join(ControlledThread self, nint handle, int line)
    {
        if (_isOver)
        {
            return;
        }

        int number = (int)handle - 1;
        Require(
            number >= 0 && number < _threads.Count && number != self.Number && !_threads[number].IsJoined,
            self,
            "joins what is no thread, itself, or a thread that was joined before",
            line);
        _threads[number].IsJoined = true;
        Await(self, Waiting.Join, number, line);
    }

    /// <summary>Ends a turn of a wait loop.</summary>
    internal void Spin(ControlledThread self, int line)
    {
        Await(self, Waiting.Spin, 0, line);
        self.Reads.Clear();
        self.IsTurnOver = false;
        self.HasReadClock = false;
    }

    /// <summary>A number of Coyote's choice.</summary>
    internal uint Choose(uint bound)
    {
        ThrowIfOver();
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bound, (uint)int.MaxValue);
        int chosen = 0;
        Call(() => chosen = _generator.NextInteger((int)bound));
        return (uint)chosen;
    }

    /// <summary>Virtual time in nanoseconds: it passes with steps and with sleeps that time out.</summary>
    internal long ReadClock(ControlledThread self)
    {
        self.HasReadClock = true;
        return Now;
    }

    /// <summary>Keeps what this execution works on, for a report.</summary>
    internal void NoteInput(Func<string> describe) => _inputs.Add(describe);

    /// <summary>Ends the execution with an exception of the code under test, unless the test planned it.</summary>
    internal void Report(ControlledThread self, Exception exception)
    {
        if (exception is not PlannedException && !_isOver)
        {
            Take(self, exception);
            ThrowIfOver();
        }
    }

    /// <summary>A scheduling point: Coyote chooses who goes on, and returns when it is the caller's turn.</summary>
    internal void Point(ControlledThread self, int line)
    {
        ThrowIfOver();
        _steps++;
        self.Line = line;
        Call(SchedulingPoint.Interleave);
        ThrowIfOver();
    }

    /// <summary>Ends the execution with a failed assertion, unless a condition holds.</summary>
    internal void Require(bool condition, ControlledThread self, string does, int line)
    {
        if (!condition)
        {
            Fail(line == 0 ? $"thread '{self.Name}' {does}" : $"thread '{self.Name}' {does} (line {line})");
            ThrowIfOver();
        }
    }

    /// <summary>Whether a thread can go on. Coyote asks at each scheduling point, of every thread that waits.</summary>
    internal bool CanGoOn(ControlledThread thread)
        => IsEnabled(thread) || (MayTimePassFor(thread) && !_threads.Exists(IsEnabled));

    private long Now => _skippedTime + (_steps * NanosecondsPerStep);

    /// <summary>Waits until a thread can go on. One that can at once is a scheduling point, too.</summary>
    private void Await(ControlledThread self, Waiting waiting, int target, int line)
    {
        ThrowIfOver();
        self.Waiting = waiting;
        self.Target = target;
        if (IsEnabled(self))
        {
            Point(self, line);
        }

        _steps++;
        self.Line = line;
        Call(() => Operation.PauseUntil(self.CanGoOn));
        ThrowIfOver();
        self.Waiting = Waiting.None;
    }

    private bool IsEnabled(ControlledThread thread)
        => !thread.HasEnded && thread.Waiting switch
        {
            Waiting.Enter => _mutexes[thread.Target].Holder is null,
            Waiting.Sleep => _notes[thread.Target].IsWoken,

            // Time may be up whenever Coyote likes, but not again before another thread has changed something.
            Waiting.TimedSleep => _notes[thread.Target].IsWoken
                || _changes - thread.Changes > thread.OthersChangesAtTimeout,
            Waiting.Join => _threads[thread.Target].HasEnded,
            Waiting.Spin => thread.IsTurnOver,
            Waiting.Others => _threads.TrueForAll(other => other == thread || other.HasEnded),
            _ => true,
        };

    /// <summary>When nobody can go on, time passes for those whose way it may change.</summary>
    private bool MayTimePassFor(ControlledThread thread)
        => thread.Waiting switch
        {
            Waiting.TimedSleep => thread.HasReadClock || _changes > thread.ChangesAtTimeout,
            Waiting.Spin => thread.HasReadClock,
            _ => false,
        };

    private ControlledThread AddThread(string name)
    {
        var thread = new ControlledThread(this, _threads.Count, name);
        _threads.Add(thread);
        Interlocked.Increment(ref _inside);
        return thread;
    }

    /// <summary>What a thread of the system does for a thread of the execution.</summary>
    private void Carry(ControlledThread thread, ulong operation, Action body)
    {
        Live(thread, () =>
        {
            Call(() => Operation.OnStarted(operation));
            ThrowIfOver();
            body();
            thread.HasEnded = true;
            Specification.Monitor<ThreadsEnd>(ThreadsEnd.Ended.Instance);
            Operation.OnCompleted();
            Operation.ScheduleNext();
        });
    }

    /// <summary>
    /// A thread's whole life. A failure is taken before the thread unwinds, so that nothing that is done on the way out
    /// can hide it.
    /// </summary>
    private void Live(ControlledThread thread, Action life)
    {
        ControlledThread.t_current = thread;
        try
        {
            life();
        }
        catch (Exception exception) when (Take(thread, exception))
        {
        }
        finally
        {
            ControlledThread.t_current = null;
            if (Interlocked.Decrement(ref _inside) == 0)
            {
                _blocks.Release();
            }
        }
    }

    private bool Take(ControlledThread thread, Exception exception)
    {
        if (!_isOver)
        {
            Fail(exception is OracleException
                ? exception.Message
                : $"{exception.GetType().Name} in thread '{thread.Name}': {exception.Message}\n{exception.StackTrace}");
        }

        return true;
    }

    private void Fail(string message)
    {
        if (_isOver)
        {
            return;
        }

        var text = new StringBuilder(message);
        foreach (Func<string> describe in _inputs)
        {
            text.Append('\n').Append(describe());
        }

        try
        {
            Specification.Assert(false, "{0}", text);
        }
        catch (ThreadInterruptedException)
        {
            // It is how Coyote ends the thread that fails.
        }

        End();
    }

    /// <summary>Calls Coyote, which ends an execution by interrupting.</summary>
    private void Call(Action action)
    {
        try
        {
            action();
        }
        catch (ThreadInterruptedException)
        {
            End();
            throw;
        }
    }

    private void ThrowIfOver()
    {
        if (_isOver)
        {
            throw new ThreadInterruptedException();
        }
    }

    /// <summary>Everybody unwinds from now on. By any thread; a second call does no harm.</summary>
    private void End()
    {
        _isOver = true;
        foreach (ControlledThread thread in _threads)
        {
            if (thread.Carrier != Thread.CurrentThread)
            {
                thread.Carrier?.Interrupt();
            }
        }
    }
}
