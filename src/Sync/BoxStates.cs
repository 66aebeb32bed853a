namespace Testbed.Sync;

/// <summary>What is known of a <see cref="PictureBox"/>.</summary>
[Flags]
public enum BoxStates
{
    /// <summary>Nothing: free memory that nothing leads to.</summary>
    None = 0,

    /// <summary>It is where paths begin.</summary>
    Root = 1,

    /// <summary>A path from a root leads to it.</summary>
    Reachable = 2,

    /// <summary>It is in use, as its owner sees it.</summary>
    Allocated = 4,

    /// <summary>A collector has marked it.</summary>
    Marked = 8,
}
