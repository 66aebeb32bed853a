namespace Testbed.Explorer;

/// <summary>What a replay does beside replaying.</summary>
public sealed record ReplayOptions
{
    /// <summary>
    /// Whether the program is asked to draw its state after each step (<see cref="Sync.ISync.OfferPicture"/>).
    /// </summary>
    public bool WithPictures { get; init; }

    /// <summary>The step before which <see cref="Stopped"/> is called; -1 for none.</summary>
    public int Stop { get; init; } = -1;

    /// <summary>
    /// Called on the thread that takes the step <see cref="Stop"/>, right before it does; a debugger may stop there. No
    /// other thread of the program runs meanwhile.
    /// </summary>
    public Action? Stopped { get; init; }
}
