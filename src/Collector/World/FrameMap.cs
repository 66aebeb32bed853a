namespace Testbed.Collector;

/// <summary>What a slot of a frame holds. The seed's <c>BitsNoPointer</c> and so on, with its values.</summary>
public enum SlotKind
{
    /// <summary>No pointer: the collector does not look at it.</summary>
    NoPointer = (int)FrameMapData.NoPointer,

    /// <summary>A pointer or null.</summary>
    Pointer = (int)FrameMapData.Pointer,

    /// <summary>
    /// The first word of an interface value with methods: an <see cref="InterfaceId"/> or null. The next slot, which is
    /// <see cref="NoPointer"/>, holds the data.
    /// </summary>
    Iface = (int)FrameMapData.Iface,

    /// <summary>
    /// The first word of an interface value without methods: a <see cref="TypeId"/> or null. The next slot, which is
    /// <see cref="NoPointer"/>, holds the data.
    /// </summary>
    Eface = (int)FrameMapData.Eface,
}

/// <summary>A kind of frame: how the collector looks at its slots. Locals come first, then arguments, then scratch.</summary>
public sealed record FrameShape
{
    /// <summary>What each local holds; null if only their number is known: then each may be a pointer.</summary>
    public IReadOnlyList<SlotKind>? LocalMap { get; init; }

    /// <summary>How many locals there are if they have no map.</summary>
    public int Locals { get; init; }

    /// <summary>What each argument holds; null if only their number is known: then each may be a pointer.</summary>
    public IReadOnlyList<SlotKind>? ArgumentMap { get; init; }

    /// <summary>How many arguments there are if they have no map.</summary>
    public int Arguments { get; init; }

    /// <summary>How many slots follow that the collector never looks at.</summary>
    public int Scratch { get; init; }
}

/// <summary>Which slots of a kind of frame hold pointers; made by <c>RegisterFrame</c> of a world.</summary>
public readonly unsafe struct FrameMap
{
    internal FrameMap(FrameMapData* data, object owner)
    {
        Data = data;
        Owner = owner;
    }

    /// <summary>The map in memory of the seam; null for the default value.</summary>
    internal FrameMapData* Data { get; }

    /// <summary>The <see cref="FrameMaps{TSync}"/> that keep it; null for the default value.</summary>
    internal object? Owner { get; }
}
