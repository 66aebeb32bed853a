namespace Testbed.Collector;

/// <summary>A kind of channel that a world knows; made by <see cref="World{TSync}.RegisterChannel"/>.</summary>
public readonly struct ChannelType
{
    internal ChannelType(TypeId type, FrameMap waiter, SlotKind element)
    {
        Type = type;
        Waiter = waiter;
        Element = element;
    }

    /// <summary>What an element is: a reference, or a number. Each is one word.</summary>
    public SlotKind Element { get; }

    /// <summary>How the collector looks at the channel.</summary>
    internal TypeId Type { get; }

    /// <summary>How the collector looks at a goroutine that waits at it.</summary>
    internal FrameMap Waiter { get; }
}
