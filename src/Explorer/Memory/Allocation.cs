namespace Testbed.Explorer;

/// <summary>A block of memory of an execution.</summary>
internal unsafe struct Allocation
{
    /// <summary>Names it by the thread that made it and as its how manieth.</summary>
    internal ulong Identity;

    /// <summary>Its first byte.</summary>
    internal byte* Start;

    /// <summary>How many bytes it has.</summary>
    internal long Bytes;

    /// <summary>How many elements it has.</summary>
    internal long Count;

    /// <summary>What reports call it.</summary>
    internal string Name;

    /// <summary>The type of its elements.</summary>
    internal Type Element;

    /// <summary>Where it was allocated.</summary>
    internal string File;

    /// <summary>The line in <see cref="File"/>.</summary>
    internal int Line;

    /// <summary>The thread that freed it, or -1.</summary>
    internal int FreedBy;

    /// <summary>Where it was freed.</summary>
    internal string FreedFile;

    /// <summary>The line in <see cref="FreedFile"/>.</summary>
    internal int FreedLine;

    /// <summary>Whether it was freed.</summary>
    internal readonly bool IsFreed => FreedBy >= 0;
}
