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
    /// <exception cref="ArgumentException">The shape makes no sense.</exception>
    internal FrameMap Add(FrameShape shape)
    {
        int locals = CountOf(shape.LocalMap, shape.Locals, nameof(shape.Locals));
        int arguments = CountOf(shape.ArgumentMap, shape.Arguments, nameof(shape.Arguments));
        long slots = (long)locals + arguments + CountOf(null, shape.Scratch, nameof(shape.Scratch));
        if (slots > FrameHeader.SlotsMax)
        {
            throw new ArgumentException($"a frame has at most {FrameHeader.SlotsMax} slots", nameof(shape));
        }

        Entry* entry = TSync.Allocate<Entry>(1, "framemap");
        int words = (locals + arguments + FrameMapData.SlotsPerWord - 1) / FrameMapData.SlotsPerWord;
        uint* bits = TSync.Allocate<uint>((nuint)Math.Max(words, 1), "framemap.bits");
        SetBits(bits, 0, shape.LocalMap);
        SetBits(bits, locals, shape.ArgumentMap);
        TSync.Write(&entry->Data.SlotCount, (int)slots);
        TSync.Write(&entry->Data.Locals, locals);
        TSync.Write(&entry->Data.LocalsMapped, shape.LocalMap is not null);
        TSync.Write(&entry->Data.Arguments, arguments);
        TSync.Write(&entry->Data.ArgumentsMapped, shape.ArgumentMap is not null);
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

    /// <summary>How many slots a map describes, or were given without one, after a check of both.</summary>
    private static int CountOf(IReadOnlyList<SlotKind>? map, int given, string name)
    {
        if (given < 0 || (given > 0 && map is not null))
        {
            throw new ArgumentException($"{name} is {given}; it must be 0 or more, and 0 beside a map");
        }

        for (int i = 0; map is not null && i < map.Count; i++)
        {
            if (map[i] is < SlotKind.NoPointer or > SlotKind.Eface)
            {
                throw new ArgumentException($"slot {i} is of the unknown kind {map[i]}");
            }

            bool isInterface = map[i] is SlotKind.Iface or SlotKind.Eface;
            if (isInterface && (i + 1 == map.Count || map[i + 1] != SlotKind.NoPointer))
            {
                throw new ArgumentException($"slot {i} is an interface value: the next holds its data, without a kind");
            }
        }

        return map?.Count ?? given;
    }

    private static void SetBits(uint* bits, int first, IReadOnlyList<SlotKind>? map)
    {
        for (int i = 0; map is not null && i < map.Count; i++)
        {
            uint* word = bits + ((first + i) / FrameMapData.SlotsPerWord);
            int shift = (first + i) % FrameMapData.SlotsPerWord * FrameMapData.BitsPerSlot;
            TSync.Write(word, TSync.Read(word) | ((uint)map[i] << shift));
        }
    }

    /// <summary>A map on the list; the list is under the lock, the map constant once made.</summary>
    private struct Entry
    {
        internal FrameMapData Data;
        internal Entry* Next;
    }
}
