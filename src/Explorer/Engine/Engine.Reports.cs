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

        string message = _names.WithoutAddresses(exception.Message);
        if (exception is OracleException)
        {
            _ = Fail(FailureKind.Oracle, self, message);
            return;
        }

        string where = PlaceOf(exception);
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
        string location = operation.Kind switch
        {
            OperationKind.Enter or OperationKind.Exit => _mutexes[operation.Target].Name,
            >= OperationKind.Clear and <= OperationKind.TimedSleep => _notes[operation.Target].Name,
            OperationKind.Join => _threads[operation.Target].Name,
            _ when operation.IsAccess => _names.Location(operation.Target, operation.Offset),
            _ => "",
        };
        return location.Length == 0 ? name : $"{name} {location}";
    }

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
            _recorder?.Fail(_failure);
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
            $"{thread}: {operation} of {bytes} bytes at offset {offset} of {allocation.Name} ({source}), "
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

        _ = Fail(someSpin ? FailureKind.Livelock : FailureKind.Deadlock, null, message.ToString());
    }

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
            OperationKind.Sleep => $"sleeps on note '{_notes[operation.Target].Name}'",
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
        string note = operation.Kind == OperationKind.CompareExchange && before != operation.Comparand
            ? $"is not {Value(operation, operation.Comparand)}"
            : "";
        Record(
            self,
            true,
            OperationText.Of(operation.Kind),
            _names.Location(operation.Target, operation.Offset),
            Value(operation, before),
            operation.IsRead || note.Length > 0 ? "" : Value(operation, after),
            note,
            operation.File,
            operation.Line);
    }

    private void RecordPlain(
        ControlledThread self, string name, void* address, int size, ulong before, ulong after, string file, int line)
    {
        int number = _region.Find(address);
        long offset = (byte*)address - _region[number].Start;
        Record(
            self,
            false,
            name,
            _names.Location(number, offset),
            _names.Value(number, offset, size, before),
            name == "read" ? "" : _names.Value(number, offset, size, after),
            "",
            file,
            line);
    }

    private void Record(
        ControlledThread self,
        bool isStep,
        string operation,
        string location,
        string before,
        string after,
        string note,
        string file,
        int line)
        => _recorder!.AddEvent(self.Id, isStep, operation, location, before, after, note, file, line);

    private string Value(in Operation operation, ulong bits)
        => _names.Value(operation.Target, operation.Offset, operation.Size, bits);

    /// <summary>Where an exception was thrown, as far as that is known.</summary>
    private static string PlaceOf(Exception exception)
    {
        StackFrame? frame = new StackTrace(exception, fNeedFileInfo: true)
            .GetFrames()
            .FirstOrDefault(candidate => candidate.GetFileLineNumber() > 0);
        return frame is null ? "" : At(frame.GetFileName() ?? "", frame.GetFileLineNumber());
    }

    private static string At(string file, int line) => file.Length == 0 ? "" : $" ({Source(file, line)})";

    private static string Source(string? file, int line) => SourceText.Of(file ?? "", line);
}
