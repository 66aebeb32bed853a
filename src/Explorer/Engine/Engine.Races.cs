namespace Testbed.Explorer;

/// <summary>What happens before what, and the accesses that nothing orders.</summary>
internal sealed unsafe partial class Engine
{
    private readonly HappensBefore _order = new();
    private readonly HeldLocks _locks = new();
    private readonly ShadowMemory _shadow;
    private readonly DataRaces _races;
    private readonly LockOrder _lockOrder;

    /// <summary>The first inversion of the order of locks in this execution, or null.</summary>
    private string? _inversion;

    /// <summary>
    /// A thread has taken a lock. What it does to the order is kept for the end of the execution, which may fail in a
    /// way that tells more.
    /// </summary>
    private void CheckLockOrder(ControlledThread self, int mutex, string file, int line)
    {
        if (_inversion is null && _lockOrder.Closes(self.Id, mutex, file, line))
        {
            IEnumerable<string> lines = _lockOrder.Cycle.Select(request =>
                $"\n  thread '{_threads[request.Thread].Name}' took lock '{_mutexes[request.Mutex].Name}' at "
                + $"{Source(request.File, request.Line)}, {_locks.Describe(request.Held, _mutexes)}");
            _inversion = "these locks are taken in orders that can deadlock, and nothing keeps the threads apart:"
                + string.Concat(lines);
        }
    }

    /// <summary>A thread clears, wakes or looks at a note, which must not race with a clear of it.</summary>
    private void CheckNote(ControlledThread self, in NoteState.Use earlier, string did, string does, NoteState note)
    {
        ref Operation operation = ref _pending[self.Id];
        if (earlier.Thread >= 0 && !_order.IsBefore(earlier.Thread, earlier.Time, self.Id))
        {
            throw Fail(
                FailureKind.NoteMisuse,
                self,
                $"thread '{self.Name}' {does} note '{note.Name}' ({Source(operation.File, operation.Line)}), and "
                + $"nothing orders that after thread '{_threads[earlier.Thread].Name}' {did} it "
                + $"({Source(earlier.File, earlier.Line)})");
        }
    }

    private NoteState.Use UseOf(ControlledThread self, string file, int line)
        => new(self.Id, _order.Time(self.Id), file, line);

    private void CheckRange(
        ControlledThread self, AccessKind kind, string operation, void* start, nuint bytes, string file, int line)
    {
        bool reads = kind == AccessKind.PlainRead;
        var accessor = new DataRaces.Accessor(self.Id, kind, reads, operation, file, line);
        int rival = _races.Range(accessor, (byte*)start, (long)bytes);
        if (rival != 0)
        {
            throw FailRace(self, rival, operation, 0, 0, file, line);
        }
    }

    private ExecutionAbortedException FailRace(
        ControlledThread self, int rival, string operation, int size, ulong value, string file, int line)
    {
        MemoryAccess earlier = _shadow[rival];
        bool isOrdered = _order.IsBefore(earlier.Thread, earlier.Clock, self.Id);
        string where = _names.Location(_races.Place);
        string access = AccessText(self.Id, operation, size, value, file, line, _locks.Of(self.Id));
        return isOrdered
            ? Fail(
                FailureKind.UninitializedRead,
                self,
                $"""
                uninitialized read of {where}: nothing was written there between
                  {RivalText(rival)} and
                  {access}
                """)
            : Fail(
                FailureKind.DataRace,
                self,
                $"""
                data race on {where}: nothing orders
                  {RivalText(rival)} and
                  {access}
                """);
    }

    private ExecutionAbortedException FailFree(ControlledThread self, int rival, string block, string file, int line)
        => Fail(
            FailureKind.UseAfterFree,
            self,
            $"""
            use after free of {_names.Location(_races.Place)}: nothing orders
              {RivalText(rival)} before
              {AccessText(self.Id, $"free of {block}", 0, 0, file, line, _locks.Of(self.Id))}
            """);

    private string RivalText(int rival)
    {
        MemoryAccess access = _shadow[rival];
        return AccessText(
            access.Thread, access.Operation, access.Size, access.Value, access.File, access.Line, access.Locks);
    }

    private string AccessText(
        int thread, string operation, int size, ulong value, string file, int line, int locks)
    {
        string what = size == 0 ? operation : $"{operation} of {ValueAt(_races.Place, size, value)}";
        return $"thread '{_threads[thread].Name}': {what} at {Source(file, line)}, {_locks.Describe(locks, _mutexes)}";
    }

    private string ValueAt(byte* address, int size, ulong value)
    {
        int number = _region.Find(address);
        return _names.Value(number, address - _region[number].Start, size, value);
    }
}
