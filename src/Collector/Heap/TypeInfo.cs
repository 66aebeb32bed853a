namespace Testbed.Collector;

/// <summary>Where the pointers of a type are; constant once registered.</summary>
internal unsafe struct TypeInfo
{
    /// <summary>The bytes of one element; a multiple of 8.</summary>
    internal nuint Size;

    /// <summary>The words of one element.</summary>
    internal int Words;

    /// <summary>
    /// One bit a word, lowest first: whether it holds a pointer or null. Null if the type has a <see cref="Program"/>.
    /// </summary>
    internal ulong* PointerBits;

    /// <summary>Where pointers are in a type that has more than words that always are; else null.</summary>
    internal nint* Program;

    /// <summary>The bytes of an element of its <see cref="TypeField.Buffer"/>, 0 if it has none.</summary>
    internal nuint BufferElementSize;

    /// <summary>Where the object says how many elements its buffer has, in bytes.</summary>
    internal int CapacityOffset;

    /// <summary>Whether any word holds a pointer.</summary>
    internal bool HasPointers;
}
