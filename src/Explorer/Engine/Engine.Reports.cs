using System.Diagnostics;
using System.Globalization;
using System.Text;
using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>Failures and recordings: the slow paths.</summary>
internal sealed unsafe partial class Engine
{
    /// <summary>Ends the execution with an exception that the code under test handed over or let go.</summary>
    internal void FailWith(ControlledThread self, Exception exception)
    {
        if (_aborting)
        {
            return;
        }

        RecordThrow(self, exception);
        string message = _names.WithoutAddresses(exception.Message);
        if (exception is OracleException)
        {
            _ = Fail(FailureKind.Oracle, self, message);
            return;
        }

        StackFrame? frame = FrameOf(exception);
        string where = frame is null ? "" : At(frame.GetFileName() ?? "", frame.GetFileLineNumber());
        _ = Fail(
            FailureKind.Exception,
            self,
            $"{exception.GetType().Name} in thread '{self.Name}'{where}: {message}");
    }

    /// <summary>As <see cref="FailWith"/>, in the middle of the thread's body: it goes no further.</summary>
    /// <exception cref="ExecutionAbortedException">The execution is over; unless it was already.</exception>
    internal void Report(ControlledThread self, Exception exception)
    {
        if (!_aborting)
        {
            FailWith(self, exception);
            throw new ExecutionAbortedException();
        }
    }

    /// <summary>Takes down what the program runs on, if anybody will read it.</summary>
    internal void NoteInput(Func<string> describe) => _recorder?.NoteInput(_names.WithoutAddresses(describe()));

    /// <summary>What an announced operation does, without where its source is: <c>add counter</c>.</summary>
    internal string Describe(in Operation operation)
    {
        string name = OperationText.Of(operation.Kind);
        string location = LocationOf(operation);
        return location.Length == 0 ? name : $"{name} {location}";
    }

    /// <summary>The name of what an operation is about, or nothing.</summary>
    internal string LocationOf(in Operation operation)
        => operation.Kind switch
        {
            OperationKind.Enter or OperationKind.Exit => _mutexes[operation.Target].Name,
            >= OperationKind.Clear and <= OperationKind.TimedSleep => _notes[operation.Target].Name,
            OperationKind.Join => _threads[operation.Target].Name,
            _ when operation.IsAccess => _names.Location(operation.Target, operation.Offset),
            _ => "",
        };

    /// <summary>Why a thread is not enabled, or that it is.</summary>
    internal string DescribeState(int id)
    {
        if (id >= _threadCount)
        {
            return $"thread {id} has not been started";
        }

        ControlledThread thread = _threads[id];
        if (thread.IsFinished)
        {
            return $"thread '{thread.Name}' has ended";
        }

        return IsEnabled(id) ? $"thread '{thread.Name}': {Describe(_pending[id])}" : Waits(id);
    }

    /// <summary>The name of a thread of the execution.</summary>
    internal string NameOf(int id) => id < _threadCount ? _threads[id].Name : id.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the execution hangs at, as far as a look from another thread can tell.</summary>
    internal string DescribeStall(TimeSpan silence)
    {
        int current = _current;
        ref Operation last = ref _pending[current];
        string seconds = silence.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        string before = last.File is null or "" ? "" : $"; its last one was {Describe(last)}{At(last.File, last.Line)}";
        return $"thread '{NameOf(current)}' made no step for {seconds} s{before}";
    }

    private ExecutionAbortedException Fail(FailureKind kind, ControlledThread? self, string message)
    {
        EndSilence();
        if (!_aborting)
        {
            _failure = new ExecutionFailure(kind, message, _steps, self?.Id ?? -1);
            RecordFailure(self, _failure);
            _aborting = true;
        }

        return new ExecutionAbortedException();
    }

    private ExecutionAbortedException FailAccess(
        ControlledThread self, int target, long offset, long bytes, string operation, string file, int line)
    {
        string thread = $"thread '{self.Name}'";
        string source = Source(file, line);
        if (target == 0)
        {
            return Fail(
                FailureKind.OutOfBounds,
                self,
                $"{thread}: {operation} at an address that is in no block, such as null or a stack ({source})");
        }

        ref Allocation allocation = ref _region[target];
        if (allocation.IsFreed)
        {
            return Fail(
                FailureKind.UseAfterFree,
                self,
                $"{thread}: {operation} of {_names.Location(target, offset)} ({source}), which "
                + FreedText(allocation));
        }

        return Fail(
            FailureKind.OutOfBounds,
            self,
            $"{thread}: {operation} of {bytes} bytes at offset {offset} of {_names.Block(target)} ({source}), "
            + $"which has {allocation.Bytes} bytes");
    }

    private void FailHolding(ControlledThread self)
    {
        MutexState held = _mutexes.Take(_mutexCount).First(mutex => mutex.Holder == self.Id);
        _ = Fail(
            FailureKind.LockMisuse,
            self,
            $"thread '{self.Name}' ended with lock '{held.Name}', taken at {Source(held.File, held.Line)}");
    }

    /// <summary>Nobody can go on.</summary>
    private void FailStuck()
    {
        bool someSpin = _live.Exists(id => _pending[id].IsYield);
        var message = new StringBuilder(someSpin ? "no thread gets on:" : "every thread waits:");
        foreach (int id in _live)
        {
            message.Append("\n  ").Append(Waits(id));
        }

        bool isLost = _live.Exists(id =>
            _pending[id].Kind == OperationKind.Sleep && _notes[_pending[id].Target].IsLost);
        FailureKind kind = isLost ? FailureKind.LostWakeUp : someSpin ? FailureKind.Livelock : FailureKind.Deadlock;
        _ = Fail(kind, null, message.ToString());
    }

    /// <summary>What became of the wake that the sleeper of a note waits for, if there was one.</summary>
    private string LossText(NoteState note)
        => note.IsLost
            ? $", which thread '{_threads[note.Woken.Thread].Name}' woke{At(note.Woken.File, note.Woken.Line)} before "
                + $"thread '{_threads[note.Cleared.Thread].Name}' cleared it"
                + At(note.Cleared.File, note.Cleared.Line)
            : "";

    private void FailAtStepLimit()
    {
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"no end after {_steps} steps:");
        foreach (int id in _live.OrderByDescending(id => _threads[id].Steps))
        {
            ref Operation operation = ref _pending[id];
            message.Append(
                CultureInfo.InvariantCulture,
                $"\n  thread '{_threads[id].Name}' took {_threads[id].Steps} and is at {Describe(operation)} ")
                .Append(CultureInfo.InvariantCulture, $"({Source(operation.File, operation.Line)})");
        }

        _ = Fail(FailureKind.StepLimit, null, message.ToString());
    }

    /// <summary>What a thread that cannot go on waits for.</summary>
    private string Waits(int id)
    {
        Operation operation = _pending[id];
        string reason = operation.Kind switch
        {
            OperationKind.Enter => $"waits for lock '{_mutexes[operation.Target].Name}', "
                + HeldText(_mutexes[operation.Target]),
            OperationKind.Sleep => $"sleeps on note '{_notes[operation.Target].Name}'"
                + LossText(_notes[operation.Target]),
            OperationKind.TimedSleep => $"sleeps on note '{_notes[operation.Target].Name}', again and again",
            OperationKind.Join => $"waits for the end of thread '{_threads[operation.Target].Name}'",
            OperationKind.Spin => SpinText(_threads[id]),
            _ => $"is at {Describe(operation)}",
        };
        return $"thread '{_threads[id].Name}' {reason}{At(operation.File, operation.Line)}";
    }

    private string SpinText(ControlledThread thread)
    {
        string[] places = [.. thread.Reads.Places().Select(PlaceOf).Where(name => name.Length > 0)];
        return places.Length == 0 ? "spins" : $"spins until a change of {string.Join(", ", places)}";
    }

    private string PlaceOf(ulong place)
        => place switch
        {
            >= FirstLockPlace when place - FirstLockPlace < (ulong)_mutexCount =>
                $"lock '{_mutexes[(int)(place - FirstLockPlace)].Name}'",
            >= FirstNotePlace when place - FirstNotePlace < (ulong)_noteCount =>
                $"note '{_notes[(int)(place - FirstNotePlace)].Name}'",
            _ => _names.Location((void*)place),
        };

    private string PlaceOf(void* address) => _names.Place(_region.Find(address), address);

    private string HeldText(MutexState mutex)
        => mutex.Holder == MutexState.Nobody
            ? "free"
            : $"held by thread '{_threads[mutex.Holder].Name}' since {Source(mutex.File, mutex.Line)}";

    private string FreedText(in Allocation allocation)
        => $"thread '{_threads[allocation.FreedBy].Name}' freed at "
            + Source(allocation.FreedFile, allocation.FreedLine);

    private void RecordAccess(ControlledThread self, in Operation operation, ulong before, ulong after)
    {
        bool failed = operation.Kind == OperationKind.CompareExchange && before != operation.Comparand;
        bool writes = !operation.IsRead && !failed;
        bool reads = operation.Kind is not (OperationKind.RacyWrite or OperationKind.VolatileWrite);
        Record(new RecordedEvent(
            0,
            self.Id,
            true,
            OperationText.Of(operation.Kind),
            _names.Location(operation.Target, operation.Offset),
            Value(operation, before),
            writes ? Value(operation, after) : "",
            failed ? $"is not {Value(operation, operation.Comparand)}" : "",
            operation.File,
            operation.Line)
        {
            Place = new RecordedPlace(PlaceKind.Memory, operation.Target, operation.Offset, operation.Size),
            Reads = reads,
            Writes = writes,
        });
    }

    private void RecordPlain(
        ControlledThread self, string name, void* address, int size, ulong before, ulong after, string file, int line)
    {
        int number = _region.Find(address);
        long offset = (byte*)address - _region[number].Start;
        bool writes = name == "write";
        Record(new RecordedEvent(
            0,
            self.Id,
            false,
            name,
            _names.Location(number, offset),
            _names.Value(number, offset, size, before),
            writes ? _names.Value(number, offset, size, after) : "",
            "",
            file,
            line)
        {
            Place = new RecordedPlace(PlaceKind.Memory, number, offset, size),
            Reads = !writes,
            Writes = writes,
        });
    }

    /// <summary>Records what happens to a range of memory at once: it counts as a write of all of it.</summary>
    private void RecordRange(
        ControlledThread self, string name, void* start, long bytes, string note, string file, int line)
    {
        int number = _region.Find(start);
        bool isWhole = name is "allocate" or "free";
        string location = isWhole ? _names.Block(number) : PlaceOf(start);
        Record(new RecordedEvent(0, self.Id, false, name, location, "", "", note, file, line)
        {
            Place = PlaceAt(start, bytes),
            Writes = true,
        });
    }

    /// <summary>Records an operation that is no step, and that the execution fails with.</summary>
    private void RecordFailing(
        ControlledThread self, string name, void* address, long bytes, string file, int line)
    {
        if (_recorder is not null)
        {
            string location = _names.Location(address);
            Record(new RecordedEvent(0, self.Id, false, name, location, "", "", "", file, line)
            {
                Place = PlaceAt(address, bytes),
                Reads = true,
            });
        }
    }

    /// <summary>Records a step that is no access to memory, or one that failed.</summary>
    private void RecordStep(ControlledThread self, in Operation operation, string location, string note)
        => Record(new RecordedEvent(
            0, self.Id, true, OperationText.Of(operation.Kind), location, "", "", note, operation.File, operation.Line)
        {
            Place = PlaceOf(operation),
            Reads = operation.IsAccess,
        });

    private void RecordThrow(ControlledThread self, Exception exception)
    {
        if (_recorder is not null)
        {
            StackFrame? frame = FrameOf(exception);
            string name = exception.GetType().Name;
            string file = frame?.GetFileName() ?? "";
            Record(new RecordedEvent(
                0, self.Id, false, "throw", name, "", "", "", file, frame?.GetFileLineNumber() ?? 0));
        }
    }

    private void RecordEnd(ControlledThread self)
    {
        if (_recorder is not null)
        {
            Record(new RecordedEvent(0, self.Id, false, "end", "", "", "", "", "", 0)
            {
                Place = new RecordedPlace(PlaceKind.Thread, self.Id, 0, 0),
            });
        }
    }

    private void Record(RecordedEvent happened) => _recorder!.AddEvent(happened);

    /// <summary>Records the failure, the operation that it came with, and where the other threads are.</summary>
    private void RecordFailure(ControlledThread? self, ExecutionFailure failure)
    {
        if (_recorder is null)
        {
            return;
        }

        if (self is not null && _recorder.Steps < _steps)
        {
            // The step was chosen, but could not be performed.
            RecordStep(self, _pending[self.Id], LocationOf(_pending[self.Id]), "");
        }

        var others = new List<RecordedWait>();
        foreach (int id in _live)
        {
            if (id != self?.Id)
            {
                ref Operation next = ref _pending[id];
                string operation = OperationText.Of(next.Kind);
                string text = DescribeState(id);
                others.Add(new RecordedWait(
                    id, operation, LocationOf(next), PlaceOf(next), !IsEnabled(id), text, next.File ?? "", next.Line));
            }
        }

        _recorder.Fail(failure, others, DrawPicture);
    }

    private RecordedPlace PlaceAt(void* address, long bytes)
    {
        int number = _region.Find(address);
        long offset = number == 0 ? 0 : (byte*)address - _region[number].Start;
        return new RecordedPlace(number == 0 ? PlaceKind.None : PlaceKind.Memory, number, offset, bytes);
    }

    private static RecordedPlace PlaceOf(in Operation operation)
        => operation.Kind switch
        {
            OperationKind.Enter or OperationKind.Exit => new RecordedPlace(PlaceKind.Lock, operation.Target, 0, 1),
            >= OperationKind.Clear and <= OperationKind.TimedSleep =>
                new RecordedPlace(PlaceKind.Note, operation.Target, 0, 1),
            OperationKind.Start or OperationKind.Begin or OperationKind.Join =>
                new RecordedPlace(PlaceKind.Thread, operation.Target, 0, 0),
            _ when operation.IsAccess =>
                new RecordedPlace(PlaceKind.Memory, operation.Target, operation.Offset, operation.Size),
            _ => default,
        };

    private string Value(in Operation operation, ulong bits)
        => _names.Value(operation.Target, operation.Offset, operation.Size, bits);

    /// <summary>Where an exception was thrown, as far as that is known.</summary>
    private static StackFrame? FrameOf(Exception exception)
        => new StackTrace(exception, fNeedFileInfo: true)
            .GetFrames()
            .FirstOrDefault(candidate => candidate.GetFileLineNumber() > 0
                && candidate.GetMethod()?.DeclaringType != typeof(OracleException));

    private static string At(string file, int line) => file.Length == 0 ? "" : $" ({Source(file, line)})";

    private static string Source(string? file, int line) => SourceText.Of(file ?? "", line);
}
