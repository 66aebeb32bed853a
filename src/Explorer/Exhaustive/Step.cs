namespace Testbed.Explorer;

/// <summary>
/// A step or a choice of a thread, as far as it takes to tell it from others and to say whether their order matters.
/// It means the same in all executions.
/// </summary>
/// <param name="Thread">The thread's identity.</param>
/// <param name="Kind">What it does; of no meaning for a choice.</param>
/// <param name="Object">The identity of the block, lock, note or thread that it is about, or 0.</param>
/// <param name="Offset">Where in the block; for a choice, what was chosen.</param>
/// <param name="Size">How many bytes of memory it touches.</param>
/// <param name="Changes">
/// Whether it changes what it touches. A compare-and-exchange that fails does not, nor does a write of what is there
/// already: such steps may be swapped with each other and with reads.
/// </param>
/// <param name="IsChoice">Whether it is a choice that belongs to the step before.</param>
/// <param name="IsForced">Whether it could be taken only since nobody else could go on: then all comes before it.</param>
internal readonly record struct Step(
    ulong Thread,
    OperationKind Kind,
    ulong Object,
    long Offset,
    byte Size,
    bool Changes,
    bool IsChoice = false,
    bool IsForced = false)
{
    /// <summary>Whether it accesses memory.</summary>
    internal bool IsAccess => !IsChoice && Kind is >= OperationKind.RacyRead and <= OperationKind.And;

    /// <summary>Whether it is about a lock.</summary>
    internal bool IsLock => !IsChoice && Kind is OperationKind.Enter or OperationKind.Exit;

    /// <summary>Whether it is about a note.</summary>
    internal bool IsNote => !IsChoice && Kind is >= OperationKind.Clear and <= OperationKind.TimedSleep;

    /// <summary>A choice.</summary>
    internal static Step Choice(ulong thread, uint value)
        => new(thread, OperationKind.End, 0, value, 0, false, IsChoice: true);

    /// <summary>Whether the order of two steps of different threads can matter.</summary>
    internal static bool Dependent(in Step one, in Step other)
    {
        if (one.IsForced || other.IsForced)
        {
            return true;
        }

        if (one.Object != other.Object || one.Object == 0)
        {
            return false;
        }

        if (one.IsAccess && other.IsAccess)
        {
            return (one.Changes || other.Changes) && Overlap(one, other);
        }

        return (one.IsLock && other.IsLock) || (one.IsNote && other.IsNote);
    }

    /// <summary>Whether two accesses of one block have a byte in common.</summary>
    internal static bool Overlap(in Step one, in Step other)
        => one.Offset < other.Offset + other.Size && other.Offset < one.Offset + one.Size;

    /// <summary>Whether an access touches all that another one of the same block touches.</summary>
    internal bool Covers(in Step other)
        => Offset <= other.Offset && other.Offset + other.Size <= Offset + Size;
}
