using System.Runtime.InteropServices;

namespace Testbed.Coyote;

/// <summary>Shared memory. Coyote knows nothing of it, so stray accesses are found here.</summary>
internal sealed unsafe partial class Execution
{
    private readonly Blocks _blocks = new();

    /// <summary>Makes a zeroed block.</summary>
    internal void* Allocate(nuint bytes, string name)
    {
        ThrowIfOver();
        return (void*)_blocks.Allocate(name, bytes).Start;
    }

    /// <summary>Ends a block.</summary>
    internal void Free(ControlledThread self, void* start, int line)
    {
        if (start == null || _isOver)
        {
            return;
        }

        Block? block = _blocks.Find((nint)start);
        Require(block is not null && block.Start == (nint)start, self, "frees what is no block", line);
        Require(
            block!.FreedBy is null, self, $"frees {block.Name}, which thread '{block.FreedBy?.Name}' has freed", line);
        block.FreedBy = self;
    }

    /// <summary>Ends the execution if an access is not inside a block that is there.</summary>
    internal void Check(ControlledThread self, void* start, nint bytes, int line)
    {
        ThrowIfOver();
        Block? block = _blocks.Find((nint)start);
        if (block is null || block.FreedBy is not null || (nint)start - block.Start > block.Bytes - bytes)
        {
            string name = block?.Name ?? "memory that is in no block";
            string how = block?.FreedBy is { } freer ? $"which thread '{freer.Name}' has freed" : "out of bounds";
            Require(false, self, $"accesses {name}, {how}", line);
        }
    }

    /// <summary>Notes a read for the thread's next turn of a wait loop.</summary>
    internal static T Load<T>(ControlledThread self, T* location)
        where T : unmanaged
    {
        self.Reads.Add((nint)location, sizeof(T));
        return *location;
    }

    /// <summary>Writes, and lets those go on that wait for a change there.</summary>
    internal void Store<T>(ControlledThread self, T* location, T value)
        where T : unmanaged
    {
        bool changes = !new ReadOnlySpan<byte>(location, sizeof(T))
            .SequenceEqual(new ReadOnlySpan<byte>(&value, sizeof(T)));
        *location = value;
        if (changes)
        {
            NoteChange(self, (nint)location, sizeof(T));
        }
    }

    /// <summary>Zeroes a range.</summary>
    internal void Zero(ControlledThread self, void* start, nuint bytes, int line)
    {
        if (bytes > 0)
        {
            Check(self, start, (nint)bytes, line);
            NativeMemory.Clear(start, bytes);
            NoteChange(self, (nint)start, (nint)bytes);
        }
    }

    /// <summary>Copies a range.</summary>
    internal void Copy(ControlledThread self, void* source, void* destination, nuint bytes, int line)
    {
        if (bytes > 0)
        {
            Check(self, source, (nint)bytes, line);
            Check(self, destination, (nint)bytes, line);
            NativeMemory.Copy(source, destination, bytes);
            NoteChange(self, (nint)destination, (nint)bytes);
        }
    }

    private void NoteChange(ControlledThread self, nint start, nint bytes)
    {
        _changes++;
        self.Changes++;
        foreach (ControlledThread thread in _threads)
        {
            if (thread != self && !thread.IsTurnOver && thread.Reads.Contains(start, bytes))
            {
                thread.IsTurnOver = true;
            }
        }
    }
}
