namespace Testbed.Explorer;

/// <summary>A note of an execution.</summary>
internal sealed class NoteState
{
    /// <summary>Names it by the thread that made it and as its how manieth.</summary>
    internal ulong Identity { get; set; }

    /// <summary>What reports call it.</summary>
    internal string Name { get; set; } = "";

    /// <summary>Whether it was woken since it was last cleared.</summary>
    internal bool IsWoken { get; set; }

    /// <summary>Where it was woken.</summary>
    internal string File { get; set; } = "";

    /// <summary>The line in <see cref="File"/>.</summary>
    internal int Line { get; set; }

    /// <summary>
    /// What the thread knew that woke it last: a clock of <see cref="HappensBefore"/>, 0 for none.
    /// </summary>
    internal int Clock { get; set; }

    /// <summary>Whether it was ended.</summary>
    internal bool IsDestroyed { get; set; }
}
