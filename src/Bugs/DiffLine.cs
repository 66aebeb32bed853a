namespace Testbed.Bugs;

/// <summary>What a line of a hunk does.</summary>
internal enum DiffLineKind
{
    /// <summary>It is in both versions.</summary>
    Context,

    /// <summary>It is only in the old version.</summary>
    Removed,

    /// <summary>It is only in the new version.</summary>
    Added,
}

/// <summary>A line of a hunk.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Text">The line without its mark and without its end.</param>
internal readonly record struct DiffLine(DiffLineKind Kind, string Text);
