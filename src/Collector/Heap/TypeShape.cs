namespace Testbed.Collector;

/// <summary>A kind of object: how large it is and where its pointers are.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Size">Bytes of one element: a positive multiple of 8.</param>
/// <param name="PointerOffsets">Where pointers lie: each a multiple of 8 from 0, below the size, none twice.</param>
public sealed record TypeShape(string Name, int Size, params int[] PointerOffsets)
{
    private const int WordBytes = 8;

    /// <summary>Parts that are more than pointers; none by default. A type of pointers alone is scanned faster.</summary>
    public IReadOnlyList<TypeField> Fields { get; init; } = [];

    /// <summary>Throws unless the shape makes sense.</summary>
    /// <exception cref="ArgumentException">It does not; the message says why.</exception>
    internal void Validate()
    {
        if (Size <= 0 || Size % WordBytes != 0)
        {
            throw new ArgumentException($"type '{Name}' has {Size} bytes; it must have a positive multiple of {WordBytes}");
        }

        var seen = new HashSet<int>();
        foreach (int offset in PointerOffsets)
        {
            if (offset < 0 || offset >= Size || offset % WordBytes != 0 || !seen.Add(offset))
            {
                throw new ArgumentException(
                    $"type '{Name}' of {Size} bytes has a pointer at {offset}; pointers lie at different multiples of "
                    + $"{WordBytes} below the size");
            }
        }
    }
}
