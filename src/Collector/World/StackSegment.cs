namespace Testbed.Collector;

/// <summary>
/// A piece of a goroutine's stack of root frames: this header, then <see cref="Capacity"/> words. Each frame is a
/// <see cref="FrameHeader"/> followed by its slots. Written by the goroutine while it runs, read by the collector
/// while the world is stopped. The seed's <c>Stktop</c>.
/// </summary>
internal unsafe struct StackSegment
{
    /// <summary>The segment below, or null.</summary>
    internal StackSegment* Previous;

    /// <summary>How many words follow this header.</summary>
    internal int Capacity;

    /// <summary>How many of them are in use.</summary>
    internal int Used;

    /// <summary>The word at which the newest frame's header starts, or -1 if the segment holds none.</summary>
    internal int TopFrame;

    /// <summary>Keeps the words aligned.</summary>
    internal int Reserved;

    /// <summary>The first word after the header.</summary>
    internal static nint* WordsOf(StackSegment* segment) => (nint*)(segment + 1);
}

/// <summary>Two words before the slots of each frame.</summary>
internal unsafe struct FrameHeader
{
    /// <summary>How many words that header takes.</summary>
    internal const int Words = 2;

    /// <summary>The greatest number of slots: 128 MiB of them.</summary>
    internal const int SlotsMax = 1 << 24;

    /// <summary>The word at which the header of the frame below starts in the same segment, or -1.</summary>
    internal int PreviousFrame;

    /// <summary>How many slots follow.</summary>
    internal int SlotCount;

    /// <summary>What each slot holds; null if unknown, then every slot is scanned conservatively.</summary>
    internal FrameMapData* Map;
}

/// <summary>The pointer map of a frame, two bits a slot as in the seed; constant once registered.</summary>
internal unsafe struct FrameMapData
{
    /// <summary>Bits of a slot without a pointer.</summary>
    internal const uint NoPointer = 0;

    /// <summary>Bits of a slot that holds a pointer or null.</summary>
    internal const uint Pointer = 1;

    /// <summary>Bits of a slot that holds the method table of an interface value; its data is in the next slot.</summary>
    internal const uint Iface = 2;

    /// <summary>Bits of a slot that holds the type of an interface value; its data is in the next slot.</summary>
    internal const uint Eface = 3;

    /// <summary>How many bits a slot has.</summary>
    internal const int BitsPerSlot = 2;

    /// <summary>How many slots a word of <see cref="Bits"/> describes.</summary>
    internal const int SlotsPerWord = 32 / BitsPerSlot;

    /// <summary>How many slots a frame has: locals, then arguments, then some that are never scanned.</summary>
    internal int SlotCount;

    /// <summary>How many of them are locals.</summary>
    internal int Locals;

    /// <summary>Whether the bits describe them; else each may be a pointer.</summary>
    internal bool LocalsMapped;

    /// <summary>How many are arguments.</summary>
    internal int Arguments;

    /// <summary>Whether the bits describe them; else each may be a pointer.</summary>
    internal bool ArgumentsMapped;

    /// <summary>The bits of locals and arguments, lowest first.</summary>
    internal uint* Bits;
}
