namespace Testbed.Cli.Workloads;

/// <summary>A piece of a source text.</summary>
/// <param name="Kind">What it is; never a kind with children.</param>
/// <param name="Start">Its first character.</param>
/// <param name="Length">How many characters it has.</param>
internal readonly record struct Token(SyntaxKind Kind, int Start, int Length)
{
    /// <summary>The character after it.</summary>
    public int End => Start + Length;
}
