namespace Testbed.Explorer;

/// <summary>
/// An operation that a thread has announced: all that it takes to perform it, and all that a strategy may know of it.
/// </summary>
internal unsafe struct Operation
{
    /// <summary>What to do.</summary>
    internal OperationKind Kind;

    /// <summary>How many bytes of memory it touches; 0 if it is no access to memory.</summary>
    internal byte Size;

    /// <summary>The allocation, lock, note or thread that it is about; 0 in memory is no allocation.</summary>
    internal int Target;

    /// <summary>
    /// Names <see cref="Target"/> by who made it and as its how manieth: the same in all executions in which the maker
    /// has come equally far, while numbers depend on what other threads have made before.
    /// </summary>
    internal ulong Identity;

    /// <summary>Where in the allocation.</summary>
    internal long Offset;

    /// <summary>Where in memory; never shown and never compared, since it differs from run to run.</summary>
    internal byte* Address;

    /// <summary>What to write, add or combine; the time limit of a timed sleep.</summary>
    internal ulong Value;

    /// <summary>What a compare-and-exchange expects.</summary>
    internal ulong Comparand;

    /// <summary>The source file.</summary>
    internal string File;

    /// <summary>The line in it.</summary>
    internal int Line;

    /// <summary>Whether it accesses memory.</summary>
    internal readonly bool IsAccess => Kind is >= OperationKind.RacyRead and <= OperationKind.And;

    /// <summary>Whether it accesses memory without ever changing it.</summary>
    internal readonly bool IsRead => Kind is OperationKind.RacyRead or OperationKind.VolatileRead;

    /// <summary>Whether it is about a place that other threads may come to: memory, a lock or a note.</summary>
    internal readonly bool HasPlace => IsAccess || IsLock || IsNote;

    /// <summary>Whether it gives way to others: a turn of a wait loop, or a sleep that may end by itself.</summary>
    internal readonly bool IsYield => Kind is OperationKind.Spin or OperationKind.TimedSleep;

    /// <summary>Whether the order of two operations of different threads can matter.</summary>
    internal static bool Race(in Operation one, in Operation other)
    {
        if (one.IsAccess && other.IsAccess)
        {
            return one.Target == other.Target
                && one.Offset < other.Offset + other.Size
                && other.Offset < one.Offset + one.Size
                && !(one.IsRead && other.IsRead);
        }

        return one.Target == other.Target
            && ((one.IsLock && other.IsLock) || (one.IsNote && other.IsNote));
    }

    private readonly bool IsLock => Kind is OperationKind.Enter or OperationKind.Exit;

    private readonly bool IsNote => Kind is >= OperationKind.Clear and <= OperationKind.TimedSleep;
}
