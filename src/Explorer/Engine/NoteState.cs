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

    /// <summary>Who woke it last.</summary>
    internal Use Woken { get; set; }

    /// <summary>Who came out of a sleep on it last.</summary>
    internal Use Slept { get; set; }

    /// <summary>Who cleared it last.</summary>
    internal Use Cleared { get; set; }

    /// <summary>Whether nobody has slept on it, or come out of a sleep, since it was woken last.</summary>
    internal bool IsUnseen { get; set; }

    /// <summary>Whether it was cleared while that was so, and not woken again.</summary>
    internal bool IsLost { get; set; }

    /// <summary>
    /// What the thread knew that woke it last: a clock of <see cref="HappensBefore"/>, 0 for none.
    /// </summary>
    internal int Clock { get; set; }

    /// <summary>Whether it was ended.</summary>
    internal bool IsDestroyed { get; set; }

    /// <summary>It begins.</summary>
    internal void Reset(string name, ulong identity)
    {
        Identity = identity;
        Name = name;
        IsWoken = false;
        Woken = Use.None;
        Slept = Use.None;
        Cleared = Use.None;
        IsUnseen = false;
        IsLost = false;
        Clock = 0;
        IsDestroyed = false;
    }

    /// <summary>Something that a thread did with it.</summary>
    /// <param name="Thread">The thread; -1 for none.</param>
    /// <param name="Time">When, by the thread's own time.</param>
    /// <param name="File">Where.</param>
    /// <param name="Line">The line in it.</param>
    internal readonly record struct Use(int Thread, int Time, string File, int Line)
    {
        /// <summary>Nobody did.</summary>
        internal static Use None => new(-1, 0, "", 0);
    }
}
