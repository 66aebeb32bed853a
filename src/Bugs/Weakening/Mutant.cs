using Microsoft.CodeAnalysis.Text;

namespace Testbed.Bugs;

/// <summary>The collector with one synchronization operation weaker, or gone. Immutable.</summary>
/// <param name="Id">
/// File, member, kind and number among those of its kind in the member: the same wherever the lines move to.
/// </param>
/// <param name="Path">The source's path from the repository's root, with slashes.</param>
/// <param name="Line">The line of the operation, from 1.</param>
/// <param name="Kind">What is done to it.</param>
/// <param name="Operation">The operation, as the source has it.</param>
public sealed record Mutant(string Id, string Path, int Line, MutationKind Kind, string Operation)
{
    /// <summary>What changes in the source.</summary>
    internal IReadOnlyList<TextChange> Edits { get; init; } = [];

    /// <summary>The operation's first argument: evaluated whenever the operation is about to happen.</summary>
    internal TextSpan Probe { get; init; }
}
