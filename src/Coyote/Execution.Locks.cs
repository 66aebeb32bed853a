namespace Testbed.Coyote;

/// <summary>Locks and notes. What ends something does nothing in an execution that is over: threads unwind.</summary>
internal sealed partial class Execution
{
    private readonly List<MutexState> _mutexes = [];
    private readonly List<NoteState> _notes = [];

    /// <summary>Makes a lock; its handle is never 0.</summary>
    internal nint CreateMutex(string name)
    {
        ThrowIfOver();
        _mutexes.Add(new MutexState(name));
        return _mutexes.Count;
    }

    /// <summary>Ends a lock.</summary>
    internal void DestroyMutex(ControlledThread self, nint handle)
    {
        if (handle == 0 || _isOver)
        {
            return;
        }

        MutexState mutex = _mutexes[RequireMutex(self, handle, "destroys", 0)];
        Require(mutex.Holder is null, self, $"destroys lock '{mutex.Name}', which somebody holds", 0);
        mutex.IsDestroyed = true;
    }

    /// <summary>Takes a lock when it is free.</summary>
    internal void Enter(ControlledThread self, nint handle, int line)
    {
        ThrowIfOver();
        int number = RequireMutex(self, handle, "enters", line);
        Await(self, Waiting.Enter, number, line);
        _mutexes[number].Holder = self;
        self.Reads.Add(PlaceOfMutex(number), 1);
        NoteChange(self, PlaceOfMutex(number), 1);
    }

    /// <summary>Gives a lock back.</summary>
    internal void Exit(ControlledThread self, nint handle, int line)
    {
        if (_isOver)
        {
            return;
        }

        int number = RequireMutex(self, handle, "exits", line);
        Point(self, line);
        MutexState mutex = _mutexes[number];
        Require(mutex.Holder == self, self, $"exits lock '{mutex.Name}', which it does not hold", line);
        mutex.Holder = null;
        NoteChange(self, PlaceOfMutex(number), 1);
    }

    /// <summary>Makes a note; its handle is never 0.</summary>
    internal nint CreateNote(string name)
    {
        ThrowIfOver();
        _notes.Add(new NoteState(name));
        return _notes.Count;
    }

    /// <summary>Ends a note.</summary>
    internal void DestroyNote(ControlledThread self, nint handle)
    {
        if (handle != 0 && !_isOver)
        {
            _notes[RequireIdleNote(self, handle, "destroys", 0)].IsDestroyed = true;
        }
    }

    /// <summary>Makes a note clear.</summary>
    internal void Clear(ControlledThread self, nint handle, int line)
    {
        if (!_isOver)
        {
            Point(self, line);
            SetWoken(self, RequireIdleNote(self, handle, "clears", line), woken: false);
        }
    }

    /// <summary>Wakes a note.</summary>
    internal void Wake(ControlledThread self, nint handle, int line)
    {
        if (_isOver)
        {
            return;
        }

        Point(self, line);
        int number = RequireNote(self, handle, "wakes", line);
        Require(!_notes[number].IsWoken, self, $"wakes note '{_notes[number].Name}', which was woken already", line);
        SetWoken(self, number, woken: true);
    }

    /// <summary>Waits until a note is woken.</summary>
    internal void Sleep(ControlledThread self, nint handle, int line)
    {
        ThrowIfOver();
        Await(self, Waiting.Sleep, RequireIdleNote(self, handle, "sleeps on", line), line);
    }

    /// <summary>Waits until a note is woken or time is up, which it is whenever Coyote chooses so.</summary>
    /// <returns>Whether it was woken.</returns>
    internal bool Sleep(ControlledThread self, nint handle, long nanoseconds, int line)
    {
        ThrowIfOver();
        int number = RequireIdleNote(self, handle, "sleeps on", line);
        long deadline = Now + Math.Max(0, nanoseconds);
        Await(self, Waiting.TimedSleep, number, line);
        self.Reads.Add(PlaceOfNote(number), 1);
        if (_notes[number].IsWoken)
        {
            return true;
        }

        _skippedTime += Math.Max(0, deadline - Now);
        self.HasReadClock = false;
        self.ChangesAtTimeout = _changes;
        self.OthersChangesAtTimeout = _changes - self.Changes;
        return false;
    }

    /// <summary>
    /// Locks and notes count as places that turns of wait loops read; addresses of memory are above them.
    /// </summary>
    private static nint PlaceOfMutex(int number) => -2 - (2 * number);

    private static nint PlaceOfNote(int number) => -3 - (2 * number);

    private void SetWoken(ControlledThread self, int number, bool woken)
    {
        if (_notes[number].IsWoken != woken)
        {
            _notes[number].IsWoken = woken;
            NoteChange(self, PlaceOfNote(number), 1);
        }
    }

    private int RequireMutex(ControlledThread self, nint handle, string does, int line)
    {
        int number = (int)handle - 1;
        Require(number >= 0 && number < _mutexes.Count, self, $"{does} what is no lock of this execution", line);
        MutexState mutex = _mutexes[number];
        Require(!mutex.IsDestroyed, self, $"{does} lock '{mutex.Name}' after its end", line);
        return number;
    }

    private int RequireNote(ControlledThread self, nint handle, string does, int line)
    {
        int number = (int)handle - 1;
        Require(number >= 0 && number < _notes.Count, self, $"{does} what is no note of this execution", line);
        Require(!_notes[number].IsDestroyed, self, $"{does} note '{_notes[number].Name}' after its end", line);
        return number;
    }

    /// <summary>As <see cref="RequireNote"/>, and no other thread sleeps on it.</summary>
    private int RequireIdleNote(ControlledThread self, nint handle, string does, int line)
    {
        int number = RequireNote(self, handle, does, line);
        ControlledThread? sleeper = _threads.Find(thread => thread != self
            && thread.Waiting is Waiting.Sleep or Waiting.TimedSleep && thread.Target == number && !thread.HasEnded);
        Require(
            sleeper is null,
            self,
            $"{does} note '{_notes[number].Name}' while thread '{sleeper?.Name}' sleeps on it",
            line);
        return number;
    }
}
