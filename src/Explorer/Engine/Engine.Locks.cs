namespace Testbed.Explorer;

/// <summary>Locks, notes, threads and wait loops.</summary>
internal sealed unsafe partial class Engine
{
    /// <summary>Locks and notes count as places that turns of wait loops read, below all addresses of memory.</summary>
    private const ulong FirstLockPlace = 16;

    private const ulong FirstNotePlace = 1 << 19;

    private readonly List<MutexState> _mutexes = [];
    private readonly List<NoteState> _notes = [];
    private int _mutexCount;
    private int _noteCount;

    /// <summary>Makes a lock; its handle is never 0.</summary>
    internal nint CreateMutex(ControlledThread self, string name)
    {
        ThrowIfAborting();
        if (_mutexCount == _mutexes.Count)
        {
            _mutexes.Add(new MutexState());
        }

        MutexState mutex = _mutexes[_mutexCount++];
        mutex.Identity = NextIdentity(self);
        mutex.Name = name;
        mutex.Holder = MutexState.Nobody;
        mutex.Clock = 0;
        mutex.IsDestroyed = false;
        return _mutexCount;
    }

    /// <summary>Ends a lock.</summary>
    internal void DestroyMutex(ControlledThread self, nint handle)
    {
        if (handle == 0 || _aborting)
        {
            return;
        }

        MutexState mutex = _mutexes[RequireMutex(self, handle, "destroys", "", 0)];
        if (mutex.Holder != MutexState.Nobody)
        {
            throw Fail(
                FailureKind.LockMisuse, self, $"thread '{self.Name}' destroys lock '{mutex.Name}', {HeldText(mutex)}");
        }

        for (int i = 0; i < _live.Count; i++)
        {
            if (IsPendingOn(_live[i], OperationKind.Enter, (int)handle - 1))
            {
                throw Fail(
                    FailureKind.LockMisuse,
                    self,
                    $"thread '{self.Name}' destroys lock '{mutex.Name}', which {Waits(_live[i])}");
            }
        }

        mutex.IsDestroyed = true;
    }

    /// <summary>Takes a lock when it is free.</summary>
    internal void Enter(ControlledThread self, nint handle, string file, int line)
    {
        ThrowIfAborting();
        int number = RequireMutex(self, handle, "enters", file, line);
        Announce(self, OperationKind.Enter, number, file, line);
        AwaitTurn(self);
        MutexState mutex = _mutexes[number];
        mutex.Holder = self.Id;
        mutex.File = file;
        mutex.Line = line;
        self.LocksHeld++;
        _order.Enter(self.Id, mutex.Clock);
        CheckLockOrder(self, number, file, line);
        _locks.Enter(self.Id, number, file, line);
        NoteRead(self, FirstLockPlace + (ulong)number, 1);
        NoteLockChange(self, mutex, number);
        Performed(self, mutex.Name);
    }

    /// <summary>Gives a lock back.</summary>
    internal void Exit(ControlledThread self, nint handle, string file, int line)
    {
        if (_aborting)
        {
            return;
        }

        int number = RequireMutex(self, handle, "exits", file, line);
        Announce(self, OperationKind.Exit, number, file, line);
        AwaitTurn(self);
        MutexState mutex = _mutexes[number];
        if (mutex.Holder != self.Id)
        {
            string held = mutex.Holder == MutexState.Nobody ? "which nobody holds" : HeldText(mutex);
            throw Fail(
                FailureKind.LockMisuse,
                self,
                $"thread '{self.Name}' exits lock '{mutex.Name}' ({Source(file, line)}), {held}");
        }

        mutex.Holder = MutexState.Nobody;
        self.LocksHeld--;
        mutex.Clock = _order.Exit(self.Id, mutex.Clock);
        _locks.Exit(self.Id, number);
        NoteLockChange(self, mutex, number);
        Performed(self, mutex.Name);
    }

    /// <summary>Makes a note; its handle is never 0.</summary>
    internal nint CreateNote(ControlledThread self, string name)
    {
        ThrowIfAborting();
        if (_noteCount == _notes.Count)
        {
            _notes.Add(new NoteState());
        }

        _notes[_noteCount++].Reset(name, NextIdentity(self));
        return _noteCount;
    }

    /// <summary>Ends a note.</summary>
    internal void DestroyNote(ControlledThread self, nint handle)
    {
        if (handle == 0 || _aborting)
        {
            return;
        }

        int number = RequireNote(self, handle, "destroys", "", 0);
        RequireNoSleeper(self, number, "destroys", "", 0);
        _notes[number].IsDestroyed = true;
    }

    /// <summary>Makes a note clear.</summary>
    internal void Clear(ControlledThread self, nint handle, string file, int line)
    {
        if (_aborting)
        {
            return;
        }

        int number = RequireNote(self, handle, "clears", file, line);
        Announce(self, OperationKind.Clear, number, file, line);
        AwaitTurn(self);
        RequireNoSleeper(self, number, "clears", file, line);
        NoteState note = _notes[number];
        CheckNote(self, note.Woken, "woke", "clears", note);
        CheckNote(self, note.Slept, "slept on", "clears", note);
        note.Cleared = UseOf(self, file, line);
        note.IsLost = note.IsWoken && note.IsUnseen;
        SetWoken(self, number, false);
        Performed(self, note.Name);
    }

    /// <summary>Wakes a note.</summary>
    internal void Wake(ControlledThread self, nint handle, string file, int line)
    {
        if (_aborting)
        {
            return;
        }

        int number = RequireNote(self, handle, "wakes", file, line);
        Announce(self, OperationKind.Wake, number, file, line);
        AwaitTurn(self);
        _ = RequireNote(self, handle, "wakes", file, line);
        NoteState note = _notes[number];
        if (note.IsWoken)
        {
            throw Fail(
                FailureKind.NoteMisuse,
                self,
                $"thread '{self.Name}' wakes note '{note.Name}' ({Source(file, line)}), "
                + $"which was woken already ({Source(note.Woken.File, note.Woken.Line)})");
        }

        CheckNote(self, note.Cleared, "cleared", "wakes", note);
        note.Woken = UseOf(self, file, line);
        note.IsUnseen = true;
        note.IsLost = false;
        note.Clock = _order.Release(self.Id, note.Clock);
        SetWoken(self, number, true);
        Performed(self, note.Name);
    }

    /// <summary>Waits until a note is woken.</summary>
    internal void Sleep(ControlledThread self, nint handle, string file, int line)
    {
        ThrowIfAborting();
        int number = RequireNote(self, handle, "sleeps on", file, line);
        RequireNoSleeper(self, number, "sleeps on", file, line);
        Announce(self, OperationKind.Sleep, number, file, line);
        AwaitTurn(self);
        NoteState note = _notes[number];
        CheckNote(self, note.Cleared, "cleared", "sleeps on", note);
        _order.Acquire(self.Id, note.Clock);
        note.IsUnseen = false;
        note.Slept = UseOf(self, file, line);
        Performed(self, note.Name);
    }

    /// <summary>Waits until a note is woken or time is up, which it is whenever the strategy chooses so.</summary>
    internal bool Sleep(ControlledThread self, nint handle, long nanoseconds, string file, int line)
    {
        ThrowIfAborting();
        int number = RequireNote(self, handle, "sleeps on", file, line);
        RequireNoSleeper(self, number, "sleeps on", file, line);
        Announce(self, OperationKind.TimedSleep, number, file, line);
        long deadline = Now + Math.Max(0, nanoseconds);
        AwaitTurn(self);
        NoteState note = _notes[number];
        NoteRead(self, FirstNotePlace + (ulong)number, 1);
        CheckNote(self, note.Cleared, "cleared", "sleeps on", note);
        note.Slept = UseOf(self, file, line);
        if (note.IsWoken)
        {
            _order.Acquire(self.Id, note.Clock);
            note.IsUnseen = false;
        }
        else
        {
            _skippedTime += Math.Max(0, deadline - Now);
            self.ReadClock = false;
            self.WritesAtTimeout = _writes.Count;
            self.ForeignWritesAtTimeout = _writes.Count - self.Writes;
            self.OwnWritesAtTimeout = self.Writes;
        }

        Performed(self, note.Name, note.IsWoken ? "" : "timed out");
        return note.IsWoken;
    }

    /// <summary>Starts a thread; its handle is never 0.</summary>
    internal nint Start(ControlledThread self, string name, Action body, string file, int line)
    {
        ThrowIfAborting();
        Announce(self, OperationKind.Start, _threadCount, file, line);
        AwaitTurn(self);
        ControlledThread thread = AddThread(name, body, self.Id);
        _recorder?.AddThread(name);
        Announce(thread, OperationKind.Begin, thread.Id, file, line);
        Performed(self, name);
        return thread.Id + 1;
    }

    /// <summary>Waits until a thread has ended.</summary>
    internal void Join(ControlledThread self, nint handle, string file, int line)
    {
        if (_aborting)
        {
            return;
        }

        ControlledThread thread = RequireThread(self, handle, file, line);
        thread.IsJoined = true;
        Announce(self, OperationKind.Join, thread.Id, file, line);
        AwaitTurn(self);
        _order.Join(self.Id, thread.Id);
        Performed(self, thread.Name);
    }

    /// <summary>Ends a turn of a wait loop.</summary>
    internal void Spin(ControlledThread self, string file, int line)
    {
        ThrowIfAborting();
        if (TurnAgain(self))
        {
            return;
        }

        Announce(self, OperationKind.Spin, 0, file, line);
        self.IsTurnOver = self.Reads.Changed(_writes, self.Id);
        _spinning++;
        AwaitTurn(self);
        _spinning--;
        self.Reads.Clear();
        self.Turn.Clear();
        self.IsTurnKnown = false;
        self.ReadClock = false;
        Performed(self, "");
    }

    /// <summary>Lets others go before what follows.</summary>
    internal void MemoryBarrier(ControlledThread self, string file, int line)
    {
        ThrowIfAborting();
        Announce(self, OperationKind.MemoryBarrier, 0, file, line);
        AwaitTurn(self);
        _order.Fence(self.Id);
        Performed(self, "");
    }

    private void PerformBegin(ControlledThread thread)
    {
        _recorder?.BeginStep(_steps);
        Performed(thread, "");
    }

    private void Announce(ControlledThread thread, OperationKind kind, int target, string file, int line)
        => _pending[thread.Id] = new Operation
        {
            Kind = kind,
            Target = target,
            Identity = IdentityOf(kind, target),
            File = file,
            Line = line,
        };

    private ulong IdentityOf(OperationKind kind, int target)
        => kind switch
        {
            OperationKind.Enter or OperationKind.Exit => _mutexes[target].Identity,
            >= OperationKind.Clear and <= OperationKind.TimedSleep => _notes[target].Identity,
            OperationKind.Begin or OperationKind.Join => _threads[target].Identity,
            _ => 0,
        };

    /// <summary>What every step ends with that is no access to memory.</summary>
    private void Performed(ControlledThread self, string location, string note = "")
    {
        ref Operation operation = ref _pending[self.Id];
        Hash((uint)self.Id, (ulong)operation.Kind, (ulong)operation.Target);
        if (_recorder is not null)
        {
            RecordStep(self, operation, location, note);
        }
    }

    private void SetWoken(ControlledThread self, int number, bool woken)
    {
        if (_notes[number].IsWoken != woken)
        {
            _notes[number].IsWoken = woken;
            NoteChange(self, FirstNotePlace + (ulong)number, 1);
        }
    }

    private bool IsPendingOn(int id, OperationKind kind, int target)
        => _pending[id].Kind == kind && _pending[id].Target == target;

    private int RequireMutex(ControlledThread self, nint handle, string does, string file, int line)
    {
        if (handle > 0 && handle <= _mutexCount && !_mutexes[(int)handle - 1].IsDestroyed)
        {
            return (int)handle - 1;
        }

        string what = handle > 0 && handle <= _mutexCount
            ? $"lock '{_mutexes[(int)handle - 1].Name}' after its end"
            : "what is no lock of this execution";
        throw Fail(FailureKind.LockMisuse, self, $"thread '{self.Name}' {does} {what}{At(file, line)}");
    }

    private int RequireNote(ControlledThread self, nint handle, string does, string file, int line)
    {
        if (handle > 0 && handle <= _noteCount && !_notes[(int)handle - 1].IsDestroyed)
        {
            return (int)handle - 1;
        }

        string what = handle > 0 && handle <= _noteCount
            ? $"note '{_notes[(int)handle - 1].Name}' after its end"
            : "what is no note of this execution";
        throw Fail(FailureKind.NoteMisuse, self, $"thread '{self.Name}' {does} {what}{At(file, line)}");
    }

    private void RequireNoSleeper(ControlledThread self, int number, string does, string file, int line)
    {
        foreach (int id in _live)
        {
            if (id != self.Id
                && (IsPendingOn(id, OperationKind.Sleep, number) || IsPendingOn(id, OperationKind.TimedSleep, number)))
            {
                throw Fail(
                    FailureKind.NoteMisuse,
                    self,
                    $"thread '{self.Name}' {does} note '{_notes[number].Name}'{At(file, line)} while {Waits(id)}");
            }
        }
    }

    private ControlledThread RequireThread(ControlledThread self, nint handle, string file, int line)
    {
        string problem;
        if (handle <= 0 || handle > _threadCount)
        {
            problem = "what is no thread of this execution";
        }
        else if (handle - 1 == self.Id)
        {
            problem = "itself";
        }
        else if (_threads[(int)handle - 1].IsJoined)
        {
            problem = $"thread '{_threads[(int)handle - 1].Name}', which was joined already";
        }
        else
        {
            return _threads[(int)handle - 1];
        }

        throw Fail(FailureKind.ThreadMisuse, self, $"thread '{self.Name}' joins {problem}{At(file, line)}");
    }
}
