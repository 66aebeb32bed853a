namespace Testbed.Explorer;

/// <summary>
/// What an operation is when the heap around it changes: its kind and its line of source. Its location is left out,
/// since blocks have other numbers in a smaller heap.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="File">The source file.</param>
/// <param name="Line">The line in it.</param>
internal readonly record struct OperationKey(OperationKind Kind, string File, int Line)
{
    /// <summary>The key of an announced operation.</summary>
    internal static OperationKey Of(in Operation operation) => new(operation.Kind, operation.File, operation.Line);
}
