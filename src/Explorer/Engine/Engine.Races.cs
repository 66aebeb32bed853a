namespace Testbed.Explorer;

/// <summary>What happens before what, and the accesses that nothing orders.</summary>
internal sealed unsafe partial class Engine
{
    private readonly HappensBefore _order = new();
    private readonly HeldLocks _locks = new();
    private readonly ShadowMemory _shadow;
    private readonly DataRaces _races;

    private void CheckRange(
        ControlledThread self, AccessKind kind, string operation, void* start, nuint bytes, string file, int line)
    {
        var accessor = new DataRaces.Accessor(self.Id, kind, operation, file, line);
        int rival = _races.Range(accessor, (byte*)start, (long)bytes);
        if (rival != 0)
        {
            throw FailRace(self, rival, operation, 0, 0, file, line);
        }
    }

    private ExecutionAbortedException FailRace(
        ControlledThread self, int rival, string operation, int size, ulong value, string file, int line)
        => Fail(
            FailureKind.DataRace,
            self,
            $"""
            data race on {_names.Location(_races.Place)}: nothing orders
              {RivalText(rival)} and
              {AccessText(self.Id, operation, size, value, file, line, _locks.Of(self.Id))}
            """);

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
