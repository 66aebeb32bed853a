using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Pushes and pops the root frames of a goroutine, on segments that are linked on as the stack grows. Only the
/// goroutine itself calls, while it runs.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class ShadowStack<TSync>
    where TSync : struct, ISync
{
    /// <summary>A segment without frames on top of <paramref name="previous"/>, which may be null.</summary>
    internal static StackSegment* CreateSegment(StackSegment* previous, int words)
    {
        var segment = (StackSegment*)TSync.Allocate<nint>(
            (nuint)((sizeof(StackSegment) / sizeof(nint)) + words), "stack");
        TSync.Write(&segment->Previous, previous);
        TSync.Write(&segment->Capacity, words);
        TSync.Write(&segment->TopFrame, -1);
        return segment;
    }

    /// <summary>Pushes a frame with zeroed slots.</summary>
    /// <returns>Its first slot.</returns>
    internal static nint* Push(G* g, int slots, FrameMapData* map)
    {
        int words = FrameHeader.Words + slots;
        StackSegment* segment = TSync.Read(&g->Stack);
        int used = TSync.Read(&segment->Used);
        int capacity = TSync.Read(&segment->Capacity);
        if (words > capacity - used)
        {
            segment = Extend(g, segment, words, capacity);
            used = 0;
        }

        nint* start = StackSegment.WordsOf(segment) + used;
        var header = (FrameHeader*)start;
        nint* first = start + FrameHeader.Words;
        TSync.Zero(first, (nuint)slots * (nuint)sizeof(nint));
        TSync.Write(&header->PreviousFrame, TSync.Read(&segment->TopFrame));
        TSync.Write(&header->SlotCount, slots);
        TSync.Write(&header->Map, map);
        TSync.Write(&segment->TopFrame, used);
        TSync.Write(&segment->Used, used + words);
        return first;
    }

    /// <summary>Pops the newest frame.</summary>
    /// <param name="g">The goroutine.</param>
    /// <param name="first">What <see cref="Push"/> answered for that frame.</param>
    /// <exception cref="InvalidOperationException">It is not the newest frame.</exception>
    internal static void Pop(G* g, nint* first)
    {
        StackSegment* segment = TSync.Read(&g->Stack);
        int top = TSync.Read(&segment->TopFrame);
        nint* start = StackSegment.WordsOf(segment) + top;
        if (top < 0 || start + FrameHeader.Words != first)
        {
            throw new InvalidOperationException("frames end in the reverse of the order in which they were pushed");
        }

        TSync.Write(&segment->TopFrame, TSync.Read(&((FrameHeader*)start)->PreviousFrame));
        TSync.Write(&segment->Used, top);
        if (top == 0)
        {
            Shrink(g, segment);
        }
    }

    /// <summary>Drops all frames and every segment but the first.</summary>
    internal static void Reset(G* g)
    {
        StackSegment* segment = TSync.Read(&g->Stack);
        for (StackSegment* below; (below = TSync.Read(&segment->Previous)) != null; segment = below)
        {
            TSync.Free(segment);
        }

        DropSpare(g);
        TSync.Write(&segment->TopFrame, -1);
        TSync.Write(&segment->Used, 0);
        TSync.Write(&g->Stack, segment);
    }

    /// <summary>Bytes of a goroutine's segments, the spare one too; while the world is stopped.</summary>
    internal static long BytesOf(G* g)
    {
        long bytes = 0;
        for (StackSegment* segment = TSync.Read(&g->Stack); segment != null; segment = TSync.Read(&segment->Previous))
        {
            bytes += BytesOf(segment);
        }

        StackSegment* spare = TSync.Read(&g->SpareStack);
        return spare == null ? bytes : bytes + BytesOf(spare);
    }

    /// <summary>The number of slots of each frame, the newest first; while the world is stopped.</summary>
    internal static IReadOnlyList<int> ListFrames(G* g)
    {
        var slots = new List<int>();
        for (StackSegment* segment = TSync.Read(&g->Stack); segment != null; segment = TSync.Read(&segment->Previous))
        {
            int frame = TSync.Read(&segment->TopFrame);
            while (frame >= 0)
            {
                var header = (FrameHeader*)(StackSegment.WordsOf(segment) + frame);
                slots.Add(TSync.Read(&header->SlotCount));
                frame = TSync.Read(&header->PreviousFrame);
            }
        }

        return slots;
    }

    /// <summary>Frees every segment; the goroutine never runs again.</summary>
    internal static void Free(G* g)
    {
        Reset(g);
        TSync.Free(TSync.Read(&g->Stack));
    }

    private static StackSegment* Extend(G* g, StackSegment* below, int words, int capacity)
    {
        StackSegment* segment = TSync.Read(&g->SpareStack);
        if (segment != null && TSync.Read(&segment->Capacity) >= words)
        {
            TSync.Write(&segment->Previous, below);
            TSync.Write(&g->SpareStack, null);
        }
        else
        {
            DropSpare(g);
            int doubled = Math.Min(2 * capacity, FrameHeader.SlotsMax);
            segment = CreateSegment(below, Math.Max(words, doubled));
        }

        TSync.Write(&g->Stack, segment);
        return segment;
    }

    /// <summary>
    /// Takes an empty segment off, unless it is the first. One is kept, so that a call in a loop across the boundary
    /// does not allocate each time.
    /// </summary>
    private static void Shrink(G* g, StackSegment* segment)
    {
        StackSegment* below = TSync.Read(&segment->Previous);
        if (below != null)
        {
            DropSpare(g);
            TSync.Write(&g->Stack, below);
            TSync.Write(&g->SpareStack, segment);
        }
    }

    private static void DropSpare(G* g)
    {
        TSync.Free(TSync.Read(&g->SpareStack));
        TSync.Write(&g->SpareStack, null);
    }

    private static long BytesOf(StackSegment* segment)
        => sizeof(StackSegment) + (TSync.Read(&segment->Capacity) * (long)sizeof(nint));
}
