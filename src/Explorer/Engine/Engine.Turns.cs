namespace Testbed.Explorer;

/// <summary>Turns of wait loops under <see cref="WaitRule.OneTurn"/>: what they read, and when they are over.</summary>
/// <remarks>
/// A thread at <see cref="Sync.ISync.Spin"/> does not tell where its turn began. So it takes the next one at once, in
/// silence: no step, nobody else in between, nothing recorded. By its contract that goes the same way and ends at the
/// same place; what it reads is what the turn before read. When another thread changes something of that,
/// the turn is over, and with it the execution: it is one of those in which the thread goes on after a turn that could
/// have been left out. A turn that reads the clock may end by time alone: of that nothing is known.
/// </remarks>
internal sealed unsafe partial class Engine
{
    /// <summary>Whether the running thread takes a turn in silence.</summary>
    private bool _silent;

    /// <summary>Takes what happens again after that.</summary>
    private Recorder? _silenced;

    /// <summary>How many operations there have been in that turn.</summary>
    private int _silentOperations;

    /// <summary>A thread whose turn is over that had had its one, so that the execution is redundant; or null.</summary>
    private ControlledThread? _overtaken;

    /// <summary>
    /// The thread whose turn was over that had had its one, and how many steps the turn took, if the last execution was
    /// redundant for that; the thread is -1 if not.
    /// </summary>
    internal (int Thread, int Steps) Overtaken => _overtaken is { } thread ? (thread.Id, thread.TurnSteps) : (-1, 0);

    /// <summary>A thread has read something of what others may change.</summary>
    private void NoteRead(ControlledThread self, ulong start, ulong bytes)
    {
        self.Reads.Add(start, bytes, _writes.Count);
        if (_waits == WaitRule.OneTurn)
        {
            self.Turn.Add(new PlaceRead(start, bytes, _writes.Count));
        }
    }

    /// <summary>A thread's turn has ended by its own account.</summary>
    /// <returns>Whether it takes another one in silence.</returns>
    /// <exception cref="ExecutionAbortedException">It was over already.</exception>
    private bool TurnAgain(ControlledThread self)
    {
        if (_silent)
        {
            EndSilentTurn(self);
            return false;
        }

        if (_waits != WaitRule.OneTurn || _changesAtRest >= 0 || ReadsHeldLock(self))
        {
            return false;
        }

        _silent = true;
        _silenced = _recorder;
        _recorder = null;
        _silentOperations = 0;
        self.SilentFrom = self.Turn.Count;
        self.ReadClock = false;
        self.Reads.Clear();
        return true;
    }

    /// <summary>Whether the next operation of a silent turn can be one that the turn before had.</summary>
    private void RequireSilent(ControlledThread self)
    {
        ref Operation operation = ref _pending[self.Id];
        bool canBe = operation.Kind switch
        {
            OperationKind.Start or OperationKind.Begin or OperationKind.Clear or OperationKind.Wake => false,
            OperationKind.TimedSleep => _notes[operation.Target].IsWoken,
            _ when operation.IsAccess => !WouldChange(operation, out _),
            _ => IsEnabled(self.Id),
        };
        if (!canBe || ++_silentOperations > self.Steps)
        {
            throw LeaveSilentTurn(self);
        }
    }

    /// <summary>
    /// A silent turn goes another way than the turn before. That one is over, if something that it may have read has
    /// changed; else the program does not keep to the contract.
    /// </summary>
    private ExecutionAbortedException LeaveSilentTurn(ControlledThread self)
    {
        EndSilence();
        if (!Changed(self, 0, self.SilentFrom))
        {
            ref Operation operation = ref _pending[self.Id];
            return Fail(
                FailureKind.WaitLoopMisuse,
                self,
                $"thread '{self.Name}' ended a turn of a wait loop that was to change nothing, but goes another way in "
                + $"the next one though nothing has changed: it is at {Describe(operation)}"
                + At(operation.File, operation.Line));
        }

        _overtaken = self;
        _aborting = true;
        return new ExecutionAbortedException();
    }

    private void EndSilentTurn(ControlledThread self)
    {
        List<PlaceRead> turn = self.Turn;
        int count = turn.Count - self.SilentFrom;
        int start = self.SilentFrom - count;
        for (int i = 0; i < count; i++)
        {
            if (start < 0 || !turn[start + i].IsSamePlace(turn[self.SilentFrom + i]))
            {
                throw LeaveSilentTurn(self);
            }
        }

        self.TurnSteps = _silentOperations;
        EndSilence();
        if (Changed(self, start, self.SilentFrom))
        {
            _overtaken = self;
            _aborting = true;
            throw new ExecutionAbortedException();
        }

        self.IsTurnKnown = self.Reads.AreKnown && !self.ReadClock;
    }

    private void EndSilence()
    {
        if (_silent)
        {
            _silent = false;
            _recorder = _silenced;
        }
    }

    /// <summary>Whether others have changed what a thread's reads from one to another found.</summary>
    private bool Changed(ControlledThread self, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            PlaceRead read = self.Turn[i];
            if (_writes.ChangedSince(read.Writes, self.Id, read.Start, read.Bytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the turn may have taken a lock that another thread has now.</summary>
    private bool ReadsHeldLock(ControlledThread self)
    {
        foreach (PlaceRead read in self.Turn)
        {
            if (read.Start >= FirstLockPlace
                && read.Start - FirstLockPlace < (ulong)_mutexCount
                && _mutexes[(int)(read.Start - FirstLockPlace)].Holder != MutexState.Nobody)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A lock has been taken or left. A turn of a wait loop may do both, and still changes nothing: with one turn a
    /// wait what counts is that something was changed under the lock.
    /// </summary>
    private void NoteLockChange(ControlledThread self, MutexState mutex, int number)
    {
        if (_waits == WaitRule.TakeTurns)
        {
            NoteChange(self, FirstLockPlace + (ulong)number, 1);
        }
        else if (mutex.Holder == self.Id)
        {
            mutex.WritesOfHolder = self.Writes;
        }
        else if (mutex.WritesOfHolder != self.Writes)
        {
            NoteChange(self, FirstLockPlace + (ulong)number, 1);
        }
    }
}
