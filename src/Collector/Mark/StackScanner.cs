using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Finds the roots in a goroutine's frames. The seed's <c>addstackroots</c>, <c>scanframe</c> and
/// <c>scanbitvector</c>.
/// </summary>
/// <remarks>The world is stopped, so nobody writes what it reads; one worker has the goroutine.</remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class StackScanner<TSync>
    where TSync : struct, ISync
{
    private const uint SlotMask = (1u << FrameMapData.BitsPerSlot) - 1;

    /// <summary>Adds the roots of a goroutine's frames.</summary>
    /// <param name="g">The goroutine.</param>
    /// <param name="worker">The calling worker.</param>
    /// <param name="now">When the collection started, in nanoseconds: since when a blocked goroutine waits, at least.</param>
    /// <param name="sink">Where the roots go.</param>
    /// <exception cref="CorruptionException">The goroutine runs, has no valid status, or its stack is malformed.</exception>
    internal static void AddStackRoots(G* g, int worker, long now, IRootSink sink)
    {
        GoroutineStatus status = TSync.VolatileRead(&g->Status);
        switch (status)
        {
            case GoroutineStatus.Dead:
                return;
            case GoroutineStatus.Runnable:
                break;
            case GoroutineStatus.Syscall:
            case GoroutineStatus.Waiting:
                if (TSync.Read(&g->WaitSince) == 0)
                {
                    TSync.Write(&g->WaitSince, now);
                }

                break;
            case GoroutineStatus.Running:
                throw new CorruptionException($"goroutine {TSync.Read(&g->Id)} runs: the world is not stopped");
            default:
                throw new CorruptionException($"goroutine {TSync.Read(&g->Id)} has the bad status {status}");
        }

        StackSegment* segment = TSync.Read(&g->Stack);
        while (segment != null)
        {
            AddSegment(segment, worker, sink);
            segment = TSync.Read(&segment->Previous);
        }
    }

    private static void AddSegment(StackSegment* segment, int worker, IRootSink sink)
    {
        nint* words = StackSegment.WordsOf(segment);
        int end = TSync.Read(&segment->Used);
        int frame = TSync.Read(&segment->TopFrame);
        while (frame >= 0)
        {
            var header = (FrameHeader*)(words + frame);
            int slots = frame + FrameHeader.Words;
            int slotCount = slots <= end ? TSync.Read(&header->SlotCount) : 0;
            if (slotCount < 0 || slotCount > end - slots)
            {
                throw new CorruptionException($"a frame at word {frame} with {slotCount} slots lies above word {end}");
            }

            AddFrame(words + slots, slotCount, TSync.Read(&header->Map), worker, sink);
            end = frame;
            frame = TSync.Read(&header->PreviousFrame);
        }
    }

    private static void AddFrame(nint* slots, int slotCount, FrameMapData* map, int worker, IRootSink sink)
    {
        if (map == null)
        {
            if (slotCount > 0)
            {
                sink.Add(worker, (nint)slots, (nuint)slotCount * (nuint)sizeof(nint), null);
            }

            return;
        }

        int mapped = TSync.Read(&map->SlotCount);
        if (mapped != slotCount)
        {
            throw new CorruptionException($"a frame of {slotCount} slots has a map of {mapped}");
        }

        uint* bits = TSync.Read(&map->Bits);
        for (int i = 0; i < slotCount; i++)
        {
            uint word = TSync.Read(bits + (i / FrameMapData.SlotsPerWord));
            uint kind = (word >> (i % FrameMapData.SlotsPerWord * FrameMapData.BitsPerSlot)) & SlotMask;
            if (kind == FrameMapData.NoPointer)
            {
                continue;
            }

            if (kind != FrameMapData.Pointer)
            {
                throw new CorruptionException($"slot {i} of a frame of {slotCount} has the bad kind {kind}");
            }

            if (TSync.Read(slots + i) != 0)
            {
                sink.Add(worker, (nint)(slots + i), (nuint)sizeof(nint), null);
            }
        }
    }
}
