using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Keeps the types of a world until it ends.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class TypeTable<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int BitsPerWord = 64;

    private readonly Mutex _lock = TSync.CreateMutex("types");
    private readonly Entry** _first = (Entry**)TSync.Allocate<nint>(1, "types");

    /// <summary>Makes a type known. Any thread.</summary>
    /// <exception cref="ArgumentException">The shape makes no sense.</exception>
    internal TypeId Register(TypeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        shape.Validate();
        Entry* entry = TSync.Allocate<Entry>(1, "type");
        int words = shape.Size / sizeof(nint);
        ulong* bits = TSync.Allocate<ulong>((nuint)((words + BitsPerWord - 1) / BitsPerWord), "type.pointers");
        foreach (int offset in shape.PointerOffsets)
        {
            int word = offset / sizeof(nint);
            ulong* group = bits + (word / BitsPerWord);
            TSync.Write(group, TSync.Read(group) | (1UL << (word % BitsPerWord)));
        }

        TSync.Write(&entry->Info.Size, (nuint)shape.Size);
        TSync.Write(&entry->Info.Words, words);
        TSync.Write(&entry->Info.PointerBits, bits);
        TSync.Write(&entry->Info.HasPointers, shape.PointerOffsets.Length > 0);
        TSync.Enter(_lock);
        TSync.Write(&entry->Next, TSync.Read(_first));
        TSync.Write(_first, entry);
        TSync.Exit(_lock);
        return new TypeId(&entry->Info, this);
    }

    /// <summary>Frees all types. No object has one any more.</summary>
    public void Dispose()
    {
        Entry* entry = TSync.Read(_first);
        while (entry != null)
        {
            Entry* next = TSync.Read(&entry->Next);
            TSync.Free(TSync.Read(&entry->Info.PointerBits));
            TSync.Free(entry);
            entry = next;
        }

        TSync.Free(_first);
        TSync.Destroy(_lock);
    }

    /// <summary>A type on the list; the list is under the lock, the type constant once made.</summary>
    private struct Entry
    {
        internal TypeInfo Info;
        internal Entry* Next;
    }
}
