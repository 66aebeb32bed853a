namespace Testbed.Explorer;

/// <summary>A thread of the system that runs controlled threads, one on top of the other.</summary>
/// <param name="parker">Where it waits for its turn.</param>
internal sealed class Carrier(Parker parker)
{
    private volatile ControlledThread? _assigned;

    /// <summary>Where it waits for its turn.</summary>
    internal Parker Parker { get; } = parker;

    /// <summary>
    /// The controlled thread whose frames are on top of its stack: of those that it runs, only this can go on.
    /// </summary>
    internal ControlledThread? Top { get; set; }

    /// <summary>What it is to run next; the last that is written before it is signalled.</summary>
    internal ControlledThread? Assigned
    {
        get => _assigned;
        set => _assigned = value;
    }
}
