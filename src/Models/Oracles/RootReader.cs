using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// Reads the roots of a heap, by a walk of its own: root areas, the frames of every goroutine that has not ended, the
/// finalizers that are to run, and what those of objects need.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="globals">The root areas.</param>
/// <param name="goroutines">The goroutines.</param>
/// <param name="heap">The heap, which has the finalizers.</param>
/// <param name="stackScan">How the collector looks at frames.</param>
internal sealed unsafe class RootReader<TSync>(
    Globals<TSync> globals, AllGoroutines<TSync> goroutines, Heap<TSync> heap, StackScan stackScan = StackScan.Frames)
    where TSync : struct, ISync
{
    /// <summary>Is given a root.</summary>
    /// <param name="value">What it holds; not null.</param>
    /// <param name="isPrecise">Whether it is known to be a pointer.</param>
    /// <param name="place">Where it is.</param>
    internal delegate void Visitor(nint value, bool isPrecise, RootPlace place);

    /// <summary>Visits each root that is not null.</summary>
    /// <param name="visit">Is given each.</param>
    /// <param name="mayRun">Whether goroutines may run: then no thread takes a step while this looks.</param>
    /// <exception cref="OracleException">A goroutine runs, and may not.</exception>
    internal void Visit(Visitor visit, bool mayRun = false)
    {
        VisitArea(globals.Data, globals.DataWords, RootKind.Data, visit);
        VisitArea(globals.Bss, globals.BssWords, RootKind.Bss, visit);
        for (long i = 0; i < goroutines.Count; i++)
        {
            G* g = goroutines[i];
            GoroutineStatus status = TSync.VolatileRead(&g->Status);
            if (status == GoroutineStatus.Running && !mayRun)
            {
                throw new OracleException($"goroutine {TSync.Read(&g->Id)} runs while the world is stopped");
            }

            if (status != GoroutineStatus.Dead)
            {
                VisitStack(g, visit);
            }
        }

        VisitQueuedFinalizers(visit);
        VisitFinalizers(visit);
    }

    private void VisitQueuedFinalizers(Visitor visit)
    {
        int number = 0;
        FinalizerBlock* block = heap.FinalizerQueue.AllBlocks;
        for (; block != null; block = TSync.Read(&block->AllLink))
        {
            for (int i = 0; i < TSync.Read(&block->Count); i++, number++)
            {
                QueuedFinalizer* item = FinalizerBlock.ItemOf(block, i);
                var place = new RootPlace(RootKind.QueuedFinalizer, 0, 0, number);
                VisitWord(&item->Target, isPrecise: true, place, visit);
                VisitWord(&item->Roots.Closure, isPrecise: true, place, visit);
            }
        }
    }

    /// <summary>Visits what the finalizers of objects need: not the objects, but what these hold.</summary>
    private void VisitFinalizers(Visitor visit)
    {
        RootPlace place = default;
        var objects = new ObjectReader<TSync>(heap, VisitHeld);
        for (int i = 0; i < heap.SpanCount; i++)
        {
            Span* source = heap.SpanAt(i);
            FinalizerRecord* record = TSync.Read(&source->Finalizers);
            if (record == null)
            {
                continue;
            }

            nint start = TSync.RacyRead(&source->Start);
            var span = new HeapSpan(i, start, (nint)TSync.RacyRead(&source->ElementSize), TSync.Read(&source->Capacity));
            for (; record != null; record = TSync.Read(&record->Next))
            {
                nint target = TSync.Read(&record->Target);
                place = new RootPlace(RootKind.Finalizer, 0, i, (int)((target - start) / span.ElementBytes));
                VisitWord(&record->Roots.Closure, isPrecise: true, place, visit);
                objects.Visit(target, span);
            }
        }

        void VisitHeld(nint value, bool isPrecise)
        {
            if (value != 0)
            {
                visit(value, isPrecise, place);
            }
        }
    }

    private static void VisitArea(nint* words, int count, RootKind kind, Visitor visit)
    {
        for (int i = 0; i < count; i++)
        {
            VisitWord(words + i, isPrecise: true, new RootPlace(kind, 0, 0, i), visit);
        }
    }

    private void VisitStack(G* g, Visitor visit)
    {
        long id = TSync.Read(&g->Id);
        VisitWord(&g->Context, isPrecise: true, new RootPlace(RootKind.Context, id, 0, 0), visit);
        int frame = 0;
        for (StackSegment* segment = TSync.Read(&g->Stack); segment != null; segment = TSync.Read(&segment->Previous))
        {
            nint* words = StackSegment.WordsOf(segment);
            for (int top = TSync.Read(&segment->TopFrame); top >= 0; frame++)
            {
                var header = (FrameHeader*)(words + top);
                VisitFrame(header, id, frame, visit);
                top = TSync.Read(&header->PreviousFrame);
            }
        }
    }

    private void VisitFrame(FrameHeader* header, long goroutine, int frame, Visitor visit)
    {
        var slots = (nint*)(header + 1);
        FrameMapData* map = stackScan == StackScan.Frames ? TSync.Read(&header->Map) : null;
        for (int i = 0; i < TSync.Read(&header->SlotCount); i++)
        {
            var place = new RootPlace(RootKind.Frame, goroutine, frame, i);
            bool isLocal = map != null && i < TSync.Read(&map->Locals);
            if (map == null || !(isLocal ? TSync.Read(&map->LocalsMapped) : TSync.Read(&map->ArgumentsMapped)))
            {
                bool isScratch = map != null && i >= TSync.Read(&map->Locals) + TSync.Read(&map->Arguments);
                if (!isScratch)
                {
                    VisitWord(slots + i, isPrecise: false, place, visit);
                }
            }
            else if (IsPointer(map, slots, i, isLocal))
            {
                VisitWord(slots + i, isPrecise: true, place, visit);
            }
        }
    }

    /// <summary>Whether the map calls a slot a pointer, or the slot before it an interface value whose data is one.</summary>
    private static bool IsPointer(FrameMapData* map, nint* slots, int slot, bool isLocal)
    {
        if (slot >= TSync.Read(&map->Locals) + TSync.Read(&map->Arguments))
        {
            return false;
        }

        uint before = slot == 0 ? FrameMapData.NoPointer : KindOf(map, slot - 1);
        return KindOf(map, slot) == FrameMapData.Pointer
            || (before is FrameMapData.Iface or FrameMapData.Eface
                && InterfaceReader<TSync>.HoldsPointer(
                    TSync.Read(slots + slot - 1), before == FrameMapData.Iface, isArgument: !isLocal));
    }

    private static uint KindOf(FrameMapData* map, int slot)
    {
        uint word = TSync.Read(TSync.Read(&map->Bits) + (slot / FrameMapData.SlotsPerWord));
        int shift = slot % FrameMapData.SlotsPerWord * FrameMapData.BitsPerSlot;
        return (word >> shift) & ((1u << FrameMapData.BitsPerSlot) - 1);
    }

    private static void VisitWord(nint* word, bool isPrecise, RootPlace place, Visitor visit)
    {
        nint value = TSync.Read(word);
        if (value != 0)
        {
            visit(value, isPrecise, place);
        }
    }
}
