namespace Testbed.Models.Heaps;

/// <summary>What a node of the heap must be like, kept apart from the heap.</summary>
/// <param name="owner">The number of the goroutine that allocated it: only that one writes into it.</param>
/// <param name="number">Its number among the nodes of that goroutine, in the order of their allocation.</param>
/// <param name="shape">What it is like.</param>
/// <param name="address">Where it is.</param>
internal sealed class ShadowNode(int owner, int number, NodeShape shape, nint address)
{
    /// <summary>The upper bits of every number in a node that is no address: no address of an arena has them.</summary>
    private const long PatternBits = 0x7E57L << 48;

    /// <summary>The references that were written and not replaced, in the order of their words.</summary>
    private readonly SortedList<int, ShadowReference> _references = [];

    /// <summary>The number of the goroutine that allocated it.</summary>
    internal int Owner { get; } = owner;

    /// <summary>The numbers of its goroutine and of itself: <c>0.1</c>.</summary>
    internal string Name => $"{Owner}.{number}";

    /// <summary>What it is like.</summary>
    internal NodeShape Shape { get; } = shape;

    /// <summary>Where it is.</summary>
    internal nint Address { get; } = address;

    /// <summary>The references that were written and not replaced, hidden ones included, by word.</summary>
    internal IEnumerable<KeyValuePair<int, ShadowReference>> References => _references;

    /// <summary>In which search it was last found; the searcher's.</summary>
    internal long FoundBy { get; set; }

    /// <summary>Goroutine, number, shape and address.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => $"node {Name} ({Shape}) at 0x{Address:x}";

    /// <summary>Notes that a reference, or null, was written.</summary>
    internal void Write(int word, ShadowReference value) => _references[word] = value;

    /// <summary>The reference that was last written to a word; null if there was none.</summary>
    internal ShadowReference Read(int word) => _references.GetValueOrDefault(word);

    /// <summary>What the word must hold.</summary>
    internal long WordAt(int word)
    {
        if (_references.TryGetValue(word, out ShadowReference reference))
        {
            return reference.Address;
        }

        return InitialWordAt(word);
    }

    /// <summary>What the word holds before a reference is written to it: null in a pointer, else a pattern.</summary>
    internal long InitialWordAt(int word)
        => Shape.IsPointer(word) ? 0 : PatternBits | (long)Owner << 40 | (long)number << 20 | (uint)word;
}
