namespace Testbed.Explorer;

/// <summary>A lock of an execution.</summary>
internal sealed class MutexState
{
    /// <summary>No thread.</summary>
    internal const int Nobody = -1;

    /// <summary>Names it by the thread that made it and as its how manieth.</summary>
    internal ulong Identity { get; set; }

    /// <summary>What reports call it.</summary>
    internal string Name { get; set; } = "";

    /// <summary>The thread that holds it, or <see cref="Nobody"/>.</summary>
    internal int Holder { get; set; } = Nobody;

    /// <summary>How many changes its holder had made when it took it.</summary>
    internal long WritesOfHolder { get; set; }

    /// <summary>Where it was taken.</summary>
    internal string File { get; set; } = "";

    /// <summary>The line in <see cref="File"/>.</summary>
    internal int Line { get; set; }

    /// <summary>
    /// What the thread knew that gave it back last: a clock of <see cref="HappensBefore"/>, 0 for none.
    /// </summary>
    internal int Clock { get; set; }

    /// <summary>Whether it was ended.</summary>
    internal bool IsDestroyed { get; set; }
}
