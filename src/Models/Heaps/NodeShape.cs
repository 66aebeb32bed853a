namespace Testbed.Models.Heaps;

/// <summary>The size of a node and where its pointers are.</summary>
/// <param name="Kind">How the collector scans it.</param>
/// <param name="Words">The words of an element; from 1 to <see cref="MaxTypedWords"/> if it is typed.</param>
/// <param name="Pointers">Typed: one bit a word of an element, lowest first, whether it is a pointer.</param>
/// <param name="Count">How many elements follow each other; 1 unless it is typed.</param>
public sealed record NodeShape(NodeKind Kind, int Words, ulong Pointers = 0, int Count = 1)
{
    /// <summary>The greatest number of words of a typed element: one bit each.</summary>
    public const int MaxTypedWords = 64;

    /// <summary>The words of the whole node.</summary>
    public int TotalWords => Words * Count;

    /// <summary>The bytes of the whole node.</summary>
    public int Bytes => TotalWords * sizeof(long);

    /// <summary>Whether a reference in that word keeps its target alive.</summary>
    /// <param name="word">From 0 to <see cref="TotalWords"/> - 1.</param>
    public bool IsScanned(int word) => Kind switch
    {
        NodeKind.Typed => IsPointer(word),
        NodeKind.Conservative => true,
        _ => false,
    };

    /// <summary>Whether the type says that the word is a pointer or null.</summary>
    /// <param name="word">From 0 to <see cref="TotalWords"/> - 1.</param>
    public bool IsPointer(int word) => Kind == NodeKind.Typed && (Pointers >> (word % Words) & 1) != 0;

    /// <summary>In words, with one character a word: <c>p</c> for a pointer, a dot for none.</summary>
    /// <returns>Such as <c>typed p.p</c>, <c>3 x typed p.</c> or <c>noscan 5 words</c>.</returns>
    public override string ToString()
    {
        if (Kind != NodeKind.Typed)
        {
            return $"{(Kind == NodeKind.NoScan ? "noscan" : "conservative")} {Words} words";
        }

        string map = string.Concat(Enumerable.Range(0, Words).Select(word => IsPointer(word) ? 'p' : '.'));
        return Count == 1 ? $"typed {map}" : $"{Count} x typed {map}";
    }
}
