using System.Diagnostics;

namespace Testbed.Explorer;

/// <summary>
/// Runs executions, one at a time: holds the threads' announced operations, asks the strategy which is next, performs
/// it, and checks.
/// </summary>
/// <remarks>
/// Of the threads of an execution exactly one runs, and only it calls in here; a hand-off orders what it wrote before
/// what the next one reads. So nothing is guarded, except what <see cref="Watch"/> says.
/// </remarks>
internal sealed unsafe partial class Engine : IDisposable
{
    /// <summary>How far the virtual clock moves in a step.</summary>
    private const long NanosecondsPerStep = 1000;

    /// <summary>Names the thread that an execution begins with.</summary>
    internal const ulong RootIdentity = 1;

    /// <summary>So often a running execution looks whether it is to stop.</summary>
    private const int StepsPerCancelCheck = 256;

    private readonly Region _region = new();
    private readonly Names _names;
    private readonly SystemThreads _backend;
    private readonly SchedulingRandom _random = new();
    private readonly List<ControlledThread> _threads = [];

    /// <summary>By thread number: what the thread does next; of the running thread, what it did last.</summary>
    private Operation[] _pending = new Operation[16];

    /// <summary>The numbers of the threads that have not ended, in ascending order.</summary>
    private readonly List<int> _live = [];

    private int[] _enabled = new int[16];
    private int _threadCount;
    private IStrategy _strategy = new RandomWalk();
    private WaitRule _waits;

    /// <summary>
    /// Under <see cref="WaitRule.OneTurn"/>: the changes that there had been when all had come to rest and wait loops
    /// began to look again; -1 before that.
    /// </summary>
    private long _changesAtRest;

    /// <summary>How many threads had not ended at that time.</summary>
    private int _liveAtRest;

    private int _maxSteps;
    private bool _reportLeaks;
    private bool _isReport;
    private int _steps;
    private int _current;
    private int _preemptions;
    private ulong _hash;
    private long _skippedTime;
    private int[] _schedule = new int[1024];
    private readonly List<uint> _choices = [];
    private Recorder? _recorder;
    private ExecutionFailure? _failure;

    /// <summary>Whether the execution is over and its threads unwind.</summary>
    private bool _aborting;

    /// <summary>Creates an engine; executions will run on the calling thread and on others.</summary>
    /// <param name="handOff">How threads wait for their turn.</param>
    /// <param name="processor">The processor that they share, or null.</param>
    internal Engine(HandOff handOff, int? processor)
    {
        _names = new Names(_region);
        _shadow = new ShadowMemory(_region.Start, _region.Bytes);
        _races = new DataRaces(_order, _locks, _shadow);
        _lockOrder = new LockOrder(_order, _locks);
        _backend = new SystemThreads(this, handOff, processor);
    }

    /// <summary>What the watchdog may look at, from its own thread.</summary>
    internal EngineWatch Watch { get; } = new();

    /// <summary>How often a thread of the system has let another one go on, in all executions.</summary>
    internal long HandOffs => _backend.HandOffs;

    /// <summary>Who took each step of the last execution.</summary>
    internal ReadOnlySpan<int> Schedule => _schedule.AsSpan(0, _steps);

    /// <summary>What the last execution was told to choose.</summary>
    internal IReadOnlyList<uint> Choices => _choices;

    /// <summary>Nanoseconds since the execution began, as its threads see them.</summary>
    internal long Now => _skippedTime + (_steps * NanosecondsPerStep);

    /// <summary>What each thread does next that has begun or not ended, and where it ended.</summary>
    internal ReadOnlySpan<Operation> Pending => _pending.AsSpan(0, _threadCount);

    /// <summary>Names a thread the same in all executions in which its starter has come equally far.</summary>
    internal ulong IdentityOf(int id) => _threads[id].Identity;

    /// <summary>
    /// Whether a thread can go on only when its note is woken: it sleeps without a limit, or by
    /// <see cref="WaitRule.OneTurn"/> its sleep timed out before and it has done nothing since that could change its
    /// way.
    /// </summary>
    internal bool NeedsWake(int id)
        => _pending[id].Kind switch
        {
            OperationKind.Sleep => true,
            OperationKind.TimedSleep => _threads[id].Writes == _threads[id].OwnWritesAtTimeout
                && !_threads[id].ReadClock,
            _ => false,
        };

    /// <summary>Runs one execution to its end.</summary>
    /// <param name="body">What its first thread does.</param>
    /// <param name="plan">How.</param>
    internal ExecutionOutcome Run(Action body, in ExecutionPlan plan)
    {
        Reset();
        _strategy = plan.Strategy;
        _waits = plan.Waits;
        _writes.KeepsAll = _waits == WaitRule.OneTurn;
        _maxSteps = plan.MaxSteps;
        _reportLeaks = plan.ReportLeaks;
        _isReport = plan.IsReport;
        _recorder = plan.Recorder;
        _random.Reset(plan.Seed, plan.Execution);
        _strategy.Begin(_random, plan.Execution, plan.ExpectedSteps);
        ControlledThread root = AddThread("main", body, -1);
        _recorder?.AddThread(root.Name);
        Watch.Begin();
        _backend.Run(root);
        Watch.End();
        return new ExecutionOutcome(_steps, _hash, _preemptions, _failure, _aborting && _failure is null, (_changesAtRest >= 0 || _overtaken is not null) && _failure is null);
    }

    /// <summary>Runs a thread's body and takes what it throws.</summary>
    internal void RunBody(ControlledThread thread)
    {
        try
        {
            if (thread.Id != 0)
            {
                PerformBegin(thread);
            }

            thread.Body();
        }
        catch (Exception exception) when (Take(thread, exception))
        {
        }
    }

    /// <summary>A thread's body has returned; says who goes on.</summary>
    /// <returns>The next thread, or null if all have ended.</returns>
    internal ControlledThread? Finish(ControlledThread thread)
    {
        thread.IsFinished = true;
        _live.Remove(thread.Id);
        if (_silent)
        {
            _ = LeaveSilentTurn(thread);
        }

        if (!_aborting)
        {
            _pending[thread.Id].Kind = OperationKind.End;
            if (thread.LocksHeld > 0)
            {
                FailHolding(thread);
            }
            else
            {
                RecordEnd(thread);
            }
        }

        if (_live.Count == 0)
        {
            if (!_aborting)
            {
                CheckEnd();
            }

            return null;
        }

        int next = _aborting ? -1 : Pick();
        return next < 0 ? NextToUnwind() : _threads[next];
    }

    /// <summary>
    /// Whether a thread can only go on when another has ended, so that the other may run in its place.
    /// </summary>
    internal bool WaitsForEndOf(ControlledThread thread, ControlledThread other)
        => !_aborting
            && _pending[thread.Id].Kind == OperationKind.Join
            && _pending[thread.Id].Target == other.Id;

    /// <summary>Chooses a number for a thread.</summary>
    internal uint Choose(ControlledThread thread, uint bound, string file, int line)
    {
        ThrowIfAborting();
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        return ChooseNumber(thread, bound, "choose", file, line);
    }

    /// <summary>As <see cref="Choose"/>, for a decision that reports call by another name.</summary>
    private uint ChooseNumber(ControlledThread thread, uint bound, string operation, string file, int line)
    {
        if (_silent)
        {
            throw LeaveSilentTurn(thread);
        }

        uint chosen = _strategy.Choose(bound);
        if (chosen >= bound)
        {
            _aborting = true;
            throw new ExecutionAbortedException();
        }

        _choices.Add(chosen);
        Hash((uint)thread.Id, chosen, bound);
        if (_recorder is not null)
        {
            Record(new RecordedEvent(0, thread.Id, false, operation, "", $"{chosen} of {bound}", "", "", file, line));
        }

        return chosen;
    }

    /// <summary>
    /// Notes that a thread's way may depend on the time. In a silent turn it finds again what it found last.
    /// </summary>
    internal long ReadClock(ControlledThread thread)
    {
        thread.ReadClock = true;
        if (!_silent)
        {
            thread.ClockRead = Now;
        }

        return thread.ClockRead;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backend.Dispose();
        _shadow.Dispose();
        _region.Dispose();
    }

    /// <summary>
    /// The calling thread has announced an operation: lets others take their steps before it, and returns when it is
    /// the one to be performed.
    /// </summary>
    /// <exception cref="ExecutionAbortedException">The execution is over.</exception>
    private void AwaitTurn(ControlledThread self)
    {
        if (_silent)
        {
            RequireSilent(self);
            return;
        }

        int next = Pick();
        if (next < 0)
        {
            throw new ExecutionAbortedException();
        }

        if (next != self.Id)
        {
            _backend.Switch(self, _threads[next]);
            ThrowIfAborting();
        }

        _recorder?.BeginStep(_steps);
    }

    /// <summary>Decides who takes the next step; -1 if the execution is over.</summary>
    private int Pick()
    {
        _recorder?.EndStep(this, _steps);
        if (_steps >= _maxSteps)
        {
            FailAtStepLimit();
            return -1;
        }

        if (_overtaken is not null || (_steps % StepsPerCancelCheck == 0 && Watch.IsCancelled && !_isReport))
        {
            _aborting = true;
            return -1;
        }

        int count = CollectNext(out SchedulingPhase phase);
        if (count == 0)
        {
            FailStuck();
            return -1;
        }

        if (phase == SchedulingPhase.LookAgain && (_writes.Count != _changesAtRest || _live.Count != _liveAtRest))
        {
            _aborting = true;
            return -1;
        }

        bool currentEnabled = _enabled.AsSpan(0, count).Contains(_current);
        int next = _strategy.Next(new SchedulingPoint
        {
            Enabled = _enabled.AsSpan(0, count),
            Pending = _pending.AsSpan(0, _threadCount),
            Current = _current,
            CurrentEnabled = currentEnabled,
            Phase = phase,
            Step = _steps + 1,
        });
        if (next < 0)
        {
            _aborting = true;
            return -1;
        }

        Debug.Assert(_enabled.AsSpan(0, count).Contains(next), $"thread {next} is not enabled");
        if (currentEnabled && next != _current && !_pending[_current].IsYield)
        {
            _preemptions++;
        }

        if (_steps == _schedule.Length)
        {
            Array.Resize(ref _schedule, 2 * _steps);
        }

        _schedule[_steps++] = next;
        _current = next;
        _threads[next].Steps++;
        Watch.Step();
        return next;
    }

    private int CollectNext(out SchedulingPhase phase)
    {
        phase = SchedulingPhase.Normal;
        if (_waits == WaitRule.OneTurn)
        {
            int first = _changesAtRest < 0 ? CollectFirstTurns() : 0;
            if (first > 0)
            {
                return first;
            }

            phase = SchedulingPhase.LookAgain;
        }

        int count = CollectEnabled(force: false);
        if (count > 0)
        {
            if (phase == SchedulingPhase.LookAgain && _changesAtRest < 0)
            {
                _changesAtRest = _writes.Count;
                _liveAtRest = _live.Count;
            }

            return count;
        }

        _changesAtRest = -1;
        phase = SchedulingPhase.TimePasses;
        return CollectEnabled(force: true);
    }

    /// <summary>Those who can go on by <see cref="WaitRule.OneTurn"/>.</summary>
    private int CollectFirstTurns()
    {
        int count = 0;
        foreach (int id in _live)
        {
            if (_pending[id].Kind switch
            {
                OperationKind.Spin => false,
                OperationKind.TimedSleep => _notes[_pending[id].Target].IsWoken || !NeedsWake(id),
                _ => IsEnabled(id),
            })
            {
                _enabled[count++] = id;
            }
        }

        return count;
    }

    private int CollectEnabled(bool force)
    {
        int count = 0;
        foreach (int id in _live)
        {
            if (force ? MayTimePassFor(id) : IsEnabled(id))
            {
                _enabled[count++] = id;
            }
        }

        return count;
    }

    private bool IsEnabled(int id)
    {
        ref Operation operation = ref _pending[id];
        switch (operation.Kind)
        {
            case OperationKind.Enter:
                return _mutexes[operation.Target].Holder == MutexState.Nobody;
            case OperationKind.Sleep:
                return _notes[operation.Target].IsWoken;
            case OperationKind.TimedSleep:
                ControlledThread sleeper = _threads[id];
                return _notes[operation.Target].IsWoken
                    || _writes.Count - sleeper.Writes > sleeper.ForeignWritesAtTimeout;
            case OperationKind.Join:
                return _threads[operation.Target].IsFinished;
            case OperationKind.Spin:
                return _threads[id].IsTurnOver;
            default:
                return true;
        }
    }

    /// <summary>When nobody can go on, time passes for those whose way it may change.</summary>
    private bool MayTimePassFor(int id)
    {
        ControlledThread thread = _threads[id];
        return _pending[id].Kind switch
        {
            OperationKind.TimedSleep => thread.ReadClock || _writes.Count > thread.WritesAtTimeout,
            OperationKind.Spin => thread.ReadClock,
            _ => false,
        };
    }

    /// <summary>
    /// Takes an exception that nobody catches. As a filter it is asked before the thread unwinds, so that nothing that
    /// is done on the way out can hide the failure. Once the execution is over any exception unwinds its threads,
    /// in whatever form the code under test gave to it.
    /// </summary>
    private bool Take(ControlledThread thread, Exception exception)
    {
        FailWith(thread, exception);
        return true;
    }

    private ControlledThread AddThread(string name, Action body, int starter)
    {
        if (_threadCount == _threads.Count)
        {
            _threads.Add(new ControlledThread(this, _threadCount));
        }

        if (_threadCount == _pending.Length)
        {
            Array.Resize(ref _pending, 2 * _threadCount);
            Array.Resize(ref _enabled, 2 * _threadCount);
        }

        ControlledThread thread = _threads[_threadCount];
        thread.Reset(name, body, starter < 0 ? RootIdentity : NextIdentity(_threads[starter]));
        _order.Begin(_threadCount, starter);
        _locks.Begin(_threadCount);
        _live.Add(_threadCount);
        _threadCount++;
        return thread;
    }

    /// <summary>The next thread to be unwound: one that can be resumed. Those that have not begun just end.</summary>
    private ControlledThread? NextToUnwind()
    {
        for (int i = _live.Count - 1; i >= 0; i--)
        {
            ControlledThread thread = _threads[_live[i]];
            if (thread.Carrier is null)
            {
                thread.IsFinished = true;
                _live.RemoveAt(i);
            }
        }

        foreach (int id in _live)
        {
            if (_backend.CanResume(_threads[id]))
            {
                return _threads[id];
            }
        }

        return null;
    }

    /// <summary>Names what a thread makes next.</summary>
    private static ulong NextIdentity(ControlledThread maker)
    {
        ulong mixed = (maker.Identity + (ulong)++maker.Made) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
        return mixed ^ (mixed >> 32);
    }

    private void ThrowIfAborting()
    {
        if (_aborting)
        {
            throw new ExecutionAbortedException();
        }
    }

    private void Hash(uint thread, ulong what, ulong where)
    {
        ulong hash = _hash ^ (((ulong)thread << 56) ^ (what << 40) ^ where);
        hash *= 0x9E3779B97F4A7C15;
        _hash = hash ^ (hash >> 29);
    }

    private void Reset()
    {
        _region.Reset();
        _shadow.Reset();
        _order.Reset();
        _locks.Reset();
        _lockOrder.Reset();
        _inversion = null;
        _writes.Clear();
        _mutexCount = 0;
        _noteCount = 0;
        _live.Clear();
        _choices.Clear();
        _threadCount = 0;
        _steps = 0;
        _current = 0;
        _preemptions = 0;
        _hash = 0;
        _skippedTime = 0;
        _failure = null;
        _aborting = false;
        _changesAtRest = -1;
        _overtaken = null;
        EndSilence();
        _spinning = 0;
        _picture = null;
    }
}
