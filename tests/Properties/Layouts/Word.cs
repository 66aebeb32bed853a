namespace Testbed.Properties.Layouts;

/// <summary>What a word of an object or a frame is filled with.</summary>
internal enum Word
{
    /// <summary>The address of an object that must die: the collector does not look at the word.</summary>
    Hidden,

    /// <summary>The address of an object that must live.</summary>
    Kept,

    /// <summary>Null, 0.</summary>
    Zero,

    /// <summary>The type of data that is a pointer, for an interface value without methods.</summary>
    TypeOfPointer,

    /// <summary>The type of data that lies in the value, for an interface value without methods.</summary>
    TypeOfNumber,

    /// <summary>The type of data without pointers that does not fit into the value.</summary>
    TypeOfNumbers,

    /// <summary>The table of data that is a pointer, for an interface value with methods.</summary>
    TableOfPointer,

    /// <summary>The table of data that lies in the value, for an interface value with methods.</summary>
    TableOfNumber,
}
