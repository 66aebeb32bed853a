namespace Testbed.Collector;

/// <summary>What a slot of a frame holds. The seed's <c>BitsNoPointer</c> and <c>BitsPointer</c>.</summary>
public enum SlotKind
{
    /// <summary>No pointer: the collector does not look at it.</summary>
    NoPointer = (int)FrameMapData.NoPointer,

    /// <summary>A pointer or null.</summary>
    Pointer = (int)FrameMapData.Pointer,
}

/// <summary>Which slots of a kind of frame hold pointers; made by <see cref="World{TSync}.RegisterFrame"/>.</summary>
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
