using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Keeps the pointer maps of frames until the world ends. The seed's <c>FUNCDATA</c> stack maps.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class FrameMaps<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly Mutex _lock = TSync.CreateMutex("framemaps");
    private readonly Entry** _first = (Entry**)TSync.Allocate<nint>(1, "framemaps");

    /// <summary>Makes a map. Any thread.</summary>
    /// <exception cref="ArgumentException">A slot has no kind that there is, or there are too many.</exception>
    internal FrameMap Add(ReadOnlySpan<SlotKind> slots)
    {
        if (slots.Length > FrameHeader.SlotsMax)
        {
            throw new ArgumentException($"a frame has at most {FrameHeader.SlotsMax} slots", nameof(slots));
        }

        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not (SlotKind.NoPointer or SlotKind.Pointer))
            {
                throw new ArgumentException($"slot {i} is of the unknown kind {slots[i]}", nameof(slots));
            }
        }

        Entry* entry = TSync.Allocate<Entry>(1, "framemap");
        int words = (slots.Length + FrameMapData.SlotsPerWord - 1) / FrameMapData.SlotsPerWord;
        uint* bits = TSync.Allocate<uint>((nuint)Math.Max(words, 1), "framemap.bits");
        for (int i = 0; i < slots.Length; i++)
        {
            uint* word = bits + (i / FrameMapData.SlotsPerWord);
            int shift = i % FrameMapData.SlotsPerWord * FrameMapData.BitsPerSlot;
            TSync.Write(word, TSync.Read(word) | ((uint)slots[i] << shift));
        }

        TSync.Write(&entry->Data.SlotCount, slots.Length);
        TSync.Write(&entry->Data.Bits, bits);
        TSync.Enter(_lock);
        TSync.Write(&entry->Next, TSync.Read(_first));
        TSync.Write(_first, entry);
        TSync.Exit(_lock);
        return new FrameMap(&entry->Data, this);
    }

    /// <summary>Frees all maps. No frame uses one any more.</summary>
    public void Dispose()
    {
        Entry* entry = TSync.Read(_first);
        while (entry != null)
        {
            Entry* next = TSync.Read(&entry->Next);
            TSync.Free(TSync.Read(&entry->Data.Bits));
            TSync.Free(entry);
            entry = next;
        }

        TSync.Free(_first);
        TSync.Destroy(_lock);
    }

    /// <summary>A map on the list; the list is under the lock, the map constant once made.</summary>
    private struct Entry
    {
        internal FrameMapData Data;
        internal Entry* Next;
    }
}
