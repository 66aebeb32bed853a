using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>Syntax trees on the collected heap.</summary>
/// <remarks>
/// A node is its kind, its span, its content and how many children it has; the content is the copied text, or an array
/// of children. The array grows by doubling, so a parse leaves garbage as parsers do.
/// </remarks>
internal sealed class HeapSyntax
{
    private const int Kind = 0;
    private const int Span = 8;
    private const int Content = 16;
    private const int ChildCount = 24;
    private const int NodeBytes = 32;
    private const int FirstChildren = 4;

    /// <summary>Slot of the node that is being built.</summary>
    private const int NodeSlot = 0;

    /// <summary>Slot of a child that the node does not have yet.</summary>
    private const int ChildSlot = 1;

    private readonly TypeId _node;
    private readonly TypeId _child;
    private readonly FrameMap _building;

    /// <summary>Registers the types.</summary>
    /// <param name="world">A world that has not started.</param>
    public HeapSyntax(NativeWorld world)
    {
        _node = world.RegisterType(new TypeShape("syntax.node", NodeBytes, Content));
        _child = world.RegisterType(new TypeShape("syntax.child", sizeof(long), 0));
        _building = world.RegisterFrame(SlotKind.Pointer, SlotKind.Pointer);
    }

    /// <summary>Parses a text.</summary>
    /// <param name="goroutine">Who parses.</param>
    /// <param name="text">The text.</param>
    /// <returns>The tree, which nothing roots yet.</returns>
    public Reference Parse(NativeGoroutine goroutine, string text)
    {
        var reader = new SyntaxReader(text);
        reader.Read();
        return Build(goroutine, text, reader);
    }

    /// <summary>How many nodes a tree has. No safepoint.</summary>
    /// <param name="goroutine">Who counts.</param>
    /// <param name="node">The tree.</param>
    public static long Count(NativeGoroutine goroutine, Reference node)
    {
        long count = 1;
        Reference children = goroutine.ReadReference(node, Content);
        long childCount = goroutine.ReadWord(node, ChildCount);
        for (int i = 0; i < childCount; i++)
        {
            count += Count(goroutine, goroutine.ReadReference(children, i * sizeof(long)));
        }

        return count;
    }

    /// <summary>The number that <see cref="SyntaxNode.Sum"/> answers for the same tree. No safepoint.</summary>
    /// <param name="goroutine">Who looks.</param>
    /// <param name="node">The tree.</param>
    /// <param name="sum">The checksum of what comes before.</param>
    public static long Sum(NativeGoroutine goroutine, Reference node, long sum)
    {
        long kind = goroutine.ReadWord(node, Kind);
        long span = goroutine.ReadWord(node, Span);
        int start = (int)(span >> 32);
        int end = (int)span;
        sum = Checksum.Add(Checksum.Add(Checksum.Add(sum, kind), start), end);
        Reference content = goroutine.ReadReference(node, Content);
        if (!SyntaxNode.HasChildren((SyntaxKind)kind))
        {
            int words = TextWords.CountOf(end - start);
            for (int i = 0; i < words; i++)
            {
                sum = Checksum.Add(sum, goroutine.ReadWord(content, i * sizeof(long)));
            }

            return sum;
        }

        long childCount = goroutine.ReadWord(node, ChildCount);
        sum = Checksum.Add(sum, childCount);
        for (int i = 0; i < childCount; i++)
        {
            sum = Sum(goroutine, goroutine.ReadReference(content, i * sizeof(long)), sum);
        }

        return sum;
    }

    /// <summary>Builds the node that has just started.</summary>
    private Reference Build(NativeGoroutine goroutine, string text, SyntaxReader reader)
    {
        using NativeFrame frame = goroutine.PushFrame(_building);
        SyntaxKind kind = reader.Kind;
        int start = reader.Token.Start;
        frame[NodeSlot] = goroutine.Allocate(_node);
        goroutine.WriteWord(frame[NodeSlot], Kind, (long)kind);
        while (reader.Read() && reader.Event != SyntaxEvent.End)
        {
            frame[ChildSlot] = reader.Event == SyntaxEvent.Start
                ? Build(goroutine, text, reader)
                : BuildToken(goroutine, text, reader.Token);
            Append(goroutine, frame);
        }

        goroutine.WriteWord(frame[NodeSlot], Span, SpanOf(start, reader.Token.End));
        return frame[NodeSlot];
    }

    private Reference BuildToken(NativeGoroutine goroutine, string text, Token token)
    {
        using NativeFrame frame = goroutine.PushFrame(_building);
        frame[NodeSlot] = goroutine.Allocate(_node);
        goroutine.WriteWord(frame[NodeSlot], Kind, (long)token.Kind);
        goroutine.WriteWord(frame[NodeSlot], Span, SpanOf(token.Start, token.End));
        int words = TextWords.CountOf(token.Length);
        Reference copy = goroutine.AllocateBytes(words * sizeof(long));
        for (int i = 0; i < words; i++)
        {
            goroutine.WriteWord(copy, i * sizeof(long), TextWords.Pack(text.AsSpan(token.Start, token.Length), i));
        }

        goroutine.WriteReference(frame[NodeSlot], Content, copy);
        return frame[NodeSlot];
    }

    /// <summary>Makes the frame's child the last of the frame's node.</summary>
    private void Append(NativeGoroutine goroutine, NativeFrame frame)
    {
        Reference node = frame[NodeSlot];
        int count = (int)goroutine.ReadWord(node, ChildCount);
        if (count == 0 || (count >= FirstChildren && int.IsPow2(count)))
        {
            Reference larger = goroutine.AllocateArray(_child, Math.Max(FirstChildren, 2 * count));
            Reference children = goroutine.ReadReference(node, Content);
            for (int i = 0; i < count; i++)
            {
                goroutine.WriteReference(
                    larger, i * sizeof(long), goroutine.ReadReference(children, i * sizeof(long)));
            }

            goroutine.WriteReference(node, Content, larger);
        }

        goroutine.WriteReference(goroutine.ReadReference(node, Content), count * sizeof(long), frame[ChildSlot]);
        goroutine.WriteWord(node, ChildCount, count + 1);
        frame[ChildSlot] = Reference.Null;
    }

    private static long SpanOf(int start, int end) => ((long)start << 32) | (uint)end;
}
