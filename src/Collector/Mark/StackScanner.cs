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
    /// <param name="mode">How frames are looked at.</param>
    /// <param name="sink">Where the roots go.</param>
    /// <exception cref="CorruptionException">The goroutine runs, has no valid status, or its stack is malformed.</exception>
    internal static void AddStackRoots(G* g, int worker, long now, StackScan mode, IRootSink sink)
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

        // A body that has not started holds nothing in frames yet but what it was started with. (The seed scanned the
        // object behind it without marking it.)
        if (TSync.Read(&g->Context) != 0)
        {
            sink.AddWord(worker, &g->Context);
        }

        StackSegment* segment = TSync.Read(&g->Stack);
        while (segment != null)
        {
            if (mode == StackScan.Frames)
            {
                AddFrames(segment, worker, sink);
            }
            else
            {
                AddSegment(segment, worker, sink);
            }

            segment = TSync.Read(&segment->Previous);
        }
    }

    /// <summary>Adds all that is in use of a segment as one root, whatever the frames' maps say.</summary>
    private static void AddSegment(StackSegment* segment, int worker, IRootSink sink)
    {
        int used = TSync.Read(&segment->Used);
        if (used < 0 || used > TSync.Read(&segment->Capacity))
        {
            throw new CorruptionException($"{used} of {TSync.Read(&segment->Capacity)} words of a stack are in use");
        }

        AddWords(StackSegment.WordsOf(segment), used, worker, sink);
    }

    private static void AddFrames(StackSegment* segment, int worker, IRootSink sink)
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
            AddWords(slots, slotCount, worker, sink);
            return;
        }

        int mapped = TSync.Read(&map->SlotCount);
        if (mapped != slotCount)
        {
            throw new CorruptionException($"a frame of {slotCount} slots has a map of {mapped}");
        }

        int locals = TSync.Read(&map->Locals);
        int arguments = TSync.Read(&map->Arguments);
        if (TSync.Read(&map->LocalsMapped))
        {
            AddMapped(slots, map, 0, locals, areLocals: true, worker, sink);
        }
        else
        {
            AddWords(slots, locals, worker, sink);
        }

        if (TSync.Read(&map->ArgumentsMapped))
        {
            AddMapped(slots, map, locals, locals + arguments, areLocals: false, worker, sink);
        }
        else
        {
            AddWords(slots + locals, arguments, worker, sink);
        }
    }

    /// <summary>Adds words each of which may be a pointer.</summary>
    private static void AddWords(nint* words, int count, int worker, IRootSink sink)
    {
        if (count > 0)
        {
            sink.Add(worker, (nint)words, (nuint)count * (nuint)sizeof(nint), null);
        }
    }

    /// <summary>Adds those of some slots that the map calls pointers and that are not null. The seed's <c>scanbitvector</c>.</summary>
    private static void AddMapped(
        nint* slots, FrameMapData* map, int first, int end, bool areLocals, int worker, IRootSink sink)
    {
        uint* bits = TSync.Read(&map->Bits);
        for (int i = first; i < end; i++)
        {
            uint word = TSync.Read(bits + (i / FrameMapData.SlotsPerWord));
            uint kind = (word >> (i % FrameMapData.SlotsPerWord * FrameMapData.BitsPerSlot)) & SlotMask;
            nint value = kind == FrameMapData.NoPointer ? 0 : TSync.Read(slots + i);
            if (value == 0)
            {
                continue;
            }

            if (kind == FrameMapData.Pointer)
            {
                sink.AddWord(worker, slots + i);
            }
            else if (i + 1 == end)
            {
                throw new CorruptionException($"slot {i}, the last of its frame, starts an interface value");
            }
            else if (!areLocals || HasPointer(kind, value))
            {
                sink.AddWord(worker, slots + i + 1);
            }
        }
    }

    /// <summary>Whether the data of an interface value is a pointer. (That of an argument always counts as one, as in the seed.)</summary>
    private static bool HasPointer(uint kind, nint first)
        => kind == FrameMapData.Iface
            ? InterfaceData<TSync>.IsPointerByTable(first)
            : InterfaceData<TSync>.IsPointerByType(first);
}
