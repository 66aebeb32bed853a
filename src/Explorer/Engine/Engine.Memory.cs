using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Testbed.Explorer;

/// <summary>Memory: blocks, atomic and plain accesses, and what waits for changes.</summary>
internal sealed unsafe partial class Engine
{
    private readonly WriteLog _writes = new();

    /// <summary>How many threads wait for a change of something that they read.</summary>
    private int _spinning;

    /// <summary>Takes an atomic or racy access as a step.</summary>
    /// <returns>What the operation answers.</returns>
    internal ulong Access(
        ControlledThread self,
        OperationKind kind,
        void* address,
        int size,
        ulong value,
        ulong comparand,
        string file,
        int line)
    {
        if (_aborting)
        {
            return Peek(address, size);
        }

        int target = _region.Find(address);
        ref Operation operation = ref _pending[self.Id];
        operation.Kind = kind;
        operation.Size = (byte)size;
        operation.Target = target;
        operation.Identity = _region[target].Identity;
        operation.Offset = target == 0 ? 0 : (byte*)address - _region[target].Start;
        operation.Address = (byte*)address;
        operation.Value = value;
        operation.Comparand = comparand;
        operation.File = file;
        operation.Line = line;
        AwaitTurn(self);
        return PerformAccess(self, ref _pending[self.Id]);
    }

    /// <summary>Checks a plain access.</summary>
    /// <returns>Whether to make it; if not, the execution is over and the place is not there.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool CheckPlain(ControlledThread self, void* address, long bytes, string file, int line)
    {
        int target = _region.Find(address);
        ref Allocation allocation = ref _region[target];
        long offset = (byte*)address - allocation.Start;
        if (target != 0 && allocation.FreedBy < 0 && bytes >= 0 && bytes <= allocation.Bytes - offset)
        {
            return true;
        }

        if (_aborting)
        {
            return _region.Covers(address, bytes);
        }

        RecordFailing(self, "access", address, bytes, file, line);
        throw FailAccess(self, target, offset, bytes, "a plain access", file, line);
    }

    /// <summary>A plain write of a value is about to happen.</summary>
    internal void NotePlainWrite(
        ControlledThread self, void* address, int size, ulong value, string file, int line)
    {
        ulong before = Load((byte*)address, size);
        if (before != value)
        {
            NoteChange(self, (ulong)address, (ulong)size);
        }

        if (_aborting)
        {
            return;
        }

        if (_recorder is not null)
        {
            RecordPlain(self, "write", address, size, before, value, file, line);
        }

        int rival = _races.Plain(self.Id, AccessKind.PlainWrite, (byte*)address, size, value, file, line);
        if (rival != 0)
        {
            throw FailRace(self, rival, "write", size, value, file, line);
        }
    }

    /// <summary>A plain read of a value is about to happen.</summary>
    internal void NotePlainRead(ControlledThread self, void* address, int size, string file, int line)
    {
        if (_aborting)
        {
            return;
        }

        ulong value = Load((byte*)address, size);
        if (_recorder is not null)
        {
            RecordPlain(self, "read", address, size, value, value, file, line);
        }

        int rival = _races.Plain(self.Id, AccessKind.PlainRead, (byte*)address, size, value, file, line);
        if (rival != 0)
        {
            throw FailRace(self, rival, "read", size, value, file, line);
        }
    }

    /// <summary>Zeroes a range.</summary>
    internal void Zero(ControlledThread self, void* start, nuint bytes, string file, int line)
    {
        if (bytes == 0 || !CheckPlain(self, start, (long)bytes, file, line))
        {
            return;
        }

        NativeMemory.Clear(start, bytes);
        NoteChange(self, (ulong)start, bytes);
        if (_aborting)
        {
            return;
        }

        if (_recorder is not null)
        {
            RecordRange(self, "zero", start, (long)bytes, $"{bytes} bytes", file, line);
        }

        CheckRange(self, AccessKind.PlainWrite, "zero", start, bytes, file, line);
    }

    /// <summary>Makes what a range holds undefined.</summary>
    internal void Poison(ControlledThread self, void* start, nuint bytes, string file, int line)
    {
        if (bytes == 0 || !CheckPlain(self, start, (long)bytes, file, line) || _aborting)
        {
            return;
        }

        if (_recorder is not null)
        {
            RecordRange(self, "poison", start, (long)bytes, $"{bytes} bytes", file, line);
        }

        CheckRange(self, AccessKind.Poison, "poison", start, bytes, file, line);
    }

    /// <summary>Copies a range.</summary>
    internal void Copy(ControlledThread self, void* source, void* destination, nuint bytes, string file, int line)
    {
        if (bytes == 0
            || !CheckPlain(self, source, (long)bytes, file, line)
            || !CheckPlain(self, destination, (long)bytes, file, line))
        {
            return;
        }

        NativeMemory.Copy(source, destination, bytes);
        NoteChange(self, (ulong)destination, bytes);
        if (_aborting)
        {
            return;
        }

        if (_recorder is not null)
        {
            string detail = $"{bytes} bytes from {PlaceOf(source)}";
            RecordRange(self, "copy", destination, (long)bytes, detail, file, line);
        }

        CheckRange(self, AccessKind.PlainRead, "copy", source, bytes, file, line);
        CheckRange(self, AccessKind.PlainWrite, "copy", destination, bytes, file, line);
    }

    /// <summary>Makes a block.</summary>
    /// <exception cref="OutOfMemoryException">There is no room.</exception>
    internal void* Allocate(
        ControlledThread self, long count, int elementBytes, Type element, string name, string file, int line)
    {
        ThrowIfAborting();
        int reusable = _region.FindReusable(self.Id, count, elementBytes);
        bool reuses = reusable != 0 && ChooseNumber(self, 2, "reuse", file, line) == 1;
        int number = reuses
            ? Reuse(self, reusable, count, elementBytes, element, name)
            : _region.Allocate(count, elementBytes, element, name);
        ref Allocation allocation = ref _region[number];

        // One that is used again keeps its identity: who still has its old address is at the same place.
        allocation.Identity = reuses ? allocation.Identity : NextIdentity(self);
        allocation.File = file;
        allocation.Line = line;
        void* start = allocation.Start;
        if (_recorder is not null)
        {
            RecordRange(self, "allocate", start, count * elementBytes, $"{count * elementBytes} bytes", file, line);
        }

        return start;
    }

    /// <summary>Ends a block.</summary>
    internal void Free(ControlledThread self, void* block, string file, int line)
    {
        if (block == null || _aborting)
        {
            return;
        }

        int number = _region.Find(block);
        ref Allocation allocation = ref _region[number];
        if (number == 0 || allocation.Start != block)
        {
            string what = number == 0
                ? "an address that is in no block"
                : $"the middle of block {_names.Block(number)}";
            throw Fail(
                FailureKind.OutOfBounds, self, $"thread '{self.Name}' frees {what} ({Source(file, line)})");
        }

        if (allocation.IsFreed)
        {
            RecordFailing(self, "free", block, allocation.Bytes, file, line);
            throw Fail(
                FailureKind.DoubleFree,
                self,
                $"thread '{self.Name}' frees {_names.Block(number)} ({Source(file, line)}), which "
                + FreedText(allocation));
        }

        if (_recorder is not null)
        {
            RecordRange(self, "free", block, allocation.Bytes, "", file, line);
        }

        int rival = _races.Free(self.Id, allocation.Start, allocation.Bytes);
        if (rival != 0)
        {
            throw FailFree(self, rival, allocation.Name, file, line);
        }

        allocation.FreedBy = self.Id;
        allocation.FreedFile = file;
        allocation.FreedLine = line;
        _region.Free(number);
    }

    /// <summary>Makes a block of one that the thread has freed.</summary>
    private int Reuse(
        ControlledThread self, int number, long count, int elementBytes, Type element, string name)
    {
        ref Allocation allocation = ref _region[number];
        _races.Forget(allocation.Start, allocation.Bytes);
        _region.Reuse(number, count, elementBytes, element, name);
        NoteChange(self, (ulong)allocation.Start, (ulong)allocation.Bytes);
        return number;
    }

    private ulong PerformAccess(ControlledThread self, ref Operation operation)
    {
        int size = operation.Size;
        ref Allocation allocation = ref _region[operation.Target];
        if (operation.Target == 0 || allocation.IsFreed || operation.Offset + size > allocation.Bytes)
        {
            throw FailAccess(
                self,
                operation.Target,
                operation.Offset,
                size,
                OperationText.Of(operation.Kind),
                operation.File,
                operation.Line);
        }

        ulong before = Load(operation.Address, size);
        ulong after = After(operation, before);
        if (operation.Kind is not (OperationKind.RacyWrite or OperationKind.VolatileWrite))
        {
            NoteRead(self, (ulong)operation.Address, (ulong)size);
        }

        if (after != before)
        {
            Store(operation.Address, size, after);
            NoteChange(self, (ulong)operation.Address, (ulong)size);
        }

        Hash((uint)self.Id, (ulong)operation.Kind, ((ulong)operation.Target << 32) + (ulong)operation.Offset);
        if (_recorder is not null)
        {
            RecordAccess(self, operation, before, after);
        }

        int rival = _races.Atomic(self.Id, operation, before, after);
        if (rival != 0)
        {
            string name = OperationText.Of(operation.Kind);
            throw FailRace(self, rival, name, size, after, operation.File, operation.Line);
        }

        return operation.Kind == OperationKind.Add ? after : before;
    }

    /// <summary>Whether an announced operation would change what it is about, if it were performed now.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="before">What is there now: the bits in memory, or whether the note is woken.</param>
    internal bool WouldChange(in Operation operation, out ulong before)
    {
        before = 0;
        if (!operation.IsAccess)
        {
            if (operation.Kind is >= OperationKind.Clear and <= OperationKind.TimedSleep)
            {
                before = _notes[operation.Target].IsWoken ? 1UL : 0;
            }

            return true;
        }

        ref Allocation allocation = ref _region[operation.Target];
        if (operation.Target == 0 || allocation.IsFreed || operation.Offset + operation.Size > allocation.Bytes)
        {
            return true;
        }

        before = Load(operation.Address, operation.Size);
        return After(operation, before) != before;
    }

    /// <summary>What an access leaves in memory.</summary>
    internal static ulong After(in Operation operation, ulong before)
        => operation.Kind switch
        {
            OperationKind.RacyRead or OperationKind.VolatileRead => before,
            OperationKind.CompareExchange => before == operation.Comparand ? operation.Value : before,
            OperationKind.Add => Truncate(before + operation.Value, operation.Size),
            OperationKind.Or => before | operation.Value,
            OperationKind.And => before & operation.Value,
            _ => operation.Value,
        };

    /// <summary>Shared state changes: whoever waits for it may go on.</summary>
    private void NoteChange(ControlledThread self, ulong start, ulong bytes)
    {
        _writes.Add(self.Id, start, bytes);
        self.Writes++;
        if (_spinning > 0)
        {
            EndTurns(self, start, bytes);
        }
    }

    private void EndTurns(ControlledThread self, ulong start, ulong bytes)
    {
        foreach (int id in _live)
        {
            ControlledThread thread = _threads[id];
            if (id != self.Id && _pending[id].Kind == OperationKind.Spin && thread.Reads.Contains(start, bytes))
            {
                thread.IsTurnOver = true;
                _overtaken ??= thread.IsTurnKnown ? thread : null;
            }
        }
    }

    private static ulong Truncate(ulong value, int size) => size == sizeof(ulong) ? value : (uint)value;

    private static ulong Load(byte* address, int size)
        => size switch
        {
            1 => *address,
            2 => *(ushort*)address,
            4 => *(uint*)address,
            _ => *(ulong*)address,
        };

    private static void Store(byte* address, int size, ulong value)
    {
        switch (size)
        {
            case 1:
                *address = (byte)value;
                break;
            case 2:
                *(ushort*)address = (ushort)value;
                break;
            case 4:
                *(uint*)address = (uint)value;
                break;
            default:
                *(ulong*)address = value;
                break;
        }
    }
}
