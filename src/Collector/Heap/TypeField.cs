namespace Testbed.Collector;

/// <summary>
/// A part of a type whose pointers are more than words that always are pointers; offsets are from the start of what it
/// is a part of. The seed's type programs have an instruction for each.
/// </summary>
/// <param name="Offset">In bytes; a multiple of 8.</param>
public abstract record TypeField(int Offset)
{
    /// <summary>A pointer or null. The seed's <c>GC_PTR</c>, <c>GC_APTR</c> and <c>GC_CHAN_PTR</c>.</summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    public sealed record Pointer(int Offset) : TypeField(Offset);

    /// <summary>
    /// A pointer and a length, two words: what the pointer leads to is kept and not scanned, so it must be an object
    /// without pointers. The seed's <c>GC_STRING</c>.
    /// </summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    public sealed record Text(int Offset) : TypeField(Offset);

    /// <summary>A pointer, a length and a capacity, three words: a pointer if the capacity is not 0. The seed's <c>GC_SLICE</c>.</summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    public sealed record Slice(int Offset) : TypeField(Offset);

    /// <summary>An interface value without methods, two words: a type and its data. The seed's <c>GC_EFACE</c>.</summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    public sealed record Eface(int Offset) : TypeField(Offset);

    /// <summary>An interface value with methods, two words: a table and its data. The seed's <c>GC_IFACE</c>.</summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    public sealed record Iface(int Offset) : TypeField(Offset);

    /// <summary>Elements in a row. The seed's <c>GC_ARRAY_START</c> and <c>GC_ARRAY_NEXT</c>.</summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    /// <param name="Count">How many elements; at least 1.</param>
    /// <param name="ElementSize">Bytes of one; a positive multiple of 8.</param>
    /// <param name="Element">The parts of one.</param>
    public sealed record Array(int Offset, int Count, int ElementSize, IReadOnlyList<TypeField> Element)
        : TypeField(Offset);

    /// <summary>A part with parts of its own. The seed's <c>GC_REGION</c> and <c>GC_CALL</c>.</summary>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    /// <param name="Size">Its bytes; a positive multiple of 8.</param>
    /// <param name="Fields">Its parts.</param>
    public sealed record Region(int Offset, int Size, IReadOnlyList<TypeField> Fields) : TypeField(Offset);

    /// <summary>
    /// Elements in a row at the end of an object, as many as a word of the object says: what a channel is to the
    /// collector. It is the last part of its type, and the type's size ends where it starts. The seed's <c>GC_CHAN</c>.
    /// </summary>
    /// <param name="CapacityOffset">Where in the object the number of elements is, in bytes; a multiple of 8.</param>
    /// <param name="Offset">In bytes; a multiple of 8.</param>
    /// <param name="ElementSize">Bytes of an element; a positive multiple of 8.</param>
    /// <param name="Element">The parts of an element.</param>
    public sealed record Buffer(int CapacityOffset, int Offset, int ElementSize, IReadOnlyList<TypeField> Element)
        : TypeField(Offset);
}
