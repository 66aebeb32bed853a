namespace Testbed.Collector;

/// <summary>One thing that a goroutine may do to a channel. The seed's <c>Scase</c>.</summary>
public readonly struct ChannelCase
{
    private ChannelCase(Reference channel, bool sends, SlotKind element, nint value)
    {
        Channel = channel;
        Sends = sends;
        Element = element;
        Value = value;
    }

    /// <summary>The channel; one that is null is never ready.</summary>
    public Reference Channel { get; }

    /// <summary>Whether it sends; else it receives.</summary>
    public bool Sends { get; }

    /// <summary>What is sent: a reference or a number.</summary>
    internal SlotKind Element { get; }

    /// <summary>The word that is sent.</summary>
    internal nint Value { get; }

    /// <summary>Sends a reference.</summary>
    /// <param name="channel">A channel of references, or null.</param>
    /// <param name="value">The reference; null is allowed.</param>
    /// <returns>The case.</returns>
    public static ChannelCase Send(Reference channel, Reference value)
        => new(channel, sends: true, SlotKind.Pointer, value.Address);

    /// <summary>Sends a number.</summary>
    /// <param name="channel">A channel of numbers, or null.</param>
    /// <param name="value">The number.</param>
    /// <returns>The case.</returns>
    public static ChannelCase Send(Reference channel, long value)
        => new(channel, sends: true, SlotKind.NoPointer, (nint)value);

    /// <summary>Receives.</summary>
    /// <param name="channel">A channel, or null.</param>
    /// <returns>The case.</returns>
    public static ChannelCase Receive(Reference channel) => new(channel, sends: false, default, 0);
}
