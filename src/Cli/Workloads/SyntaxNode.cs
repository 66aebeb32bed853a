namespace Testbed.Cli.Workloads;

/// <summary>
/// A syntax tree as plain C# objects: what the tree on the collected heap must be equal to.
/// </summary>
/// <param name="kind">What it is.</param>
/// <param name="start">Its first character.</param>
internal sealed class SyntaxNode(SyntaxKind kind, int start)
{
    private readonly List<SyntaxNode> _children = [];
    private int _end;

    /// <summary>Parses a text.</summary>
    /// <param name="text">The text.</param>
    public static SyntaxNode Parse(string text)
    {
        var reader = new SyntaxReader(text);
        reader.Read();
        return Build(reader);
    }

    /// <summary>How many nodes the tree has.</summary>
    public long Count() => 1 + _children.Sum(child => child.Count());

    /// <summary>A number that depends on every node, its kind, its place and its text.</summary>
    /// <param name="text">The text that was parsed.</param>
    /// <param name="sum">The checksum of what comes before.</param>
    public long Sum(string text, long sum)
    {
        sum = Checksum.Add(sum, (long)kind);
        sum = Checksum.Add(sum, start);
        sum = Checksum.Add(sum, _end);
        if (!HasChildren(kind))
        {
            return TextWords.Sum(text.AsSpan(start, _end - start), sum);
        }

        sum = Checksum.Add(sum, _children.Count);
        return _children.Aggregate(sum, (before, child) => child.Sum(text, before));
    }

    /// <summary>Whether nodes of a kind have children, not a text.</summary>
    /// <param name="kind">The kind.</param>
    public static bool HasChildren(SyntaxKind kind) => kind <= SyntaxKind.Block;

    /// <summary>Builds the node that has just started.</summary>
    private static SyntaxNode Build(SyntaxReader reader)
    {
        var node = new SyntaxNode(reader.Kind, reader.Token.Start);
        while (reader.Read() && reader.Event != SyntaxEvent.End)
        {
            node._children.Add(
                reader.Event == SyntaxEvent.Start
                    ? Build(reader)
                    : new SyntaxNode(reader.Kind, reader.Token.Start) { _end = reader.Token.End });
        }

        node._end = reader.Token.End;
        return node;
    }
}
