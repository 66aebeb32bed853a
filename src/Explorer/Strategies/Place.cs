namespace Testbed.Explorer;

/// <summary>
/// What an operation is about, named the same in all executions in which its maker has come equally far: a word of
/// memory, a lock or a note.
/// </summary>
/// <param name="Identity">The block, lock or note; see <see cref="Operation.Identity"/>.</param>
/// <param name="Offset">Where in the block, in bytes; 0 for a lock or a note.</param>
internal readonly record struct Place(ulong Identity, long Offset)
{
    /// <summary>The place of an operation that has one.</summary>
    internal static Place Of(in Operation operation)
        => new(operation.Identity, operation.IsAccess ? operation.Offset : 0);
}
