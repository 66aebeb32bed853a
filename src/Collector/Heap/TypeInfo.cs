namespace Testbed.Collector;

/// <summary>Where the pointers of a type are; constant once registered.</summary>
internal unsafe struct TypeInfo
{
    /// <summary>The bytes of one element; a multiple of 8.</summary>
    internal nuint Size;

    /// <summary>The words of one element.</summary>
    internal int Words;

    /// <summary>One bit a word, lowest first: whether it holds a pointer or null.</summary>
    internal ulong* PointerBits;

    /// <summary>Whether any word holds a pointer.</summary>
    internal bool HasPointers;
}
