using System.Runtime.InteropServices;
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
        TypeProgram? program = shape.Fields.Count == 0 ? null : TypeProgram.Compile(shape);
        Entry* entry = TSync.Allocate<Entry>(1, "type");
        TSync.Write(&entry->Info.Size, (nuint)shape.Size);
        TSync.Write(&entry->Info.Words, shape.Size / sizeof(nint));
        if (program is null)
        {
            TSync.Write(&entry->Info.PointerBits, CopyPointers(shape));
            TSync.Write(&entry->Info.HasPointers, shape.PointerOffsets.Length > 0);
        }
        else
        {
            TSync.Write(&entry->Info.Program, Copy(program));
            TSync.Write(&entry->Info.HasPointers, program.HasPointers);
        }

        if (shape.Fields is [.., TypeField.Buffer buffer])
        {
            TSync.Write(&entry->Info.BufferElementSize, (nuint)buffer.ElementSize);
            TSync.Write(&entry->Info.CapacityOffset, buffer.CapacityOffset);
        }

        TSync.Write(&entry->Name, GCHandle.ToIntPtr(GCHandle.Alloc(shape.Name)));
        Add(entry);
        return new TypeId(&entry->Info, this);
    }

    /// <summary>What a type of some table is called. Any thread.</summary>
    internal static string NameOf(TypeInfo* type)
        => (string)GCHandle.FromIntPtr(TSync.Read(&((Entry*)type)->Name)).Target!;

    /// <summary>Makes known that a type has the methods of some interface. Any thread.</summary>
    /// <exception cref="ArgumentException">The type is not of this table.</exception>
    internal InterfaceId RegisterInterface(TypeId type)
    {
        if (type.Owner != this)
        {
            throw new ArgumentException("the type was not registered with this world", nameof(type));
        }

        Entry* entry = TSync.Allocate<Entry>(1, "itab");
        TSync.Write(&entry->Interface.Type, type.Info);
        Add(entry);
        return new InterfaceId(&entry->Interface, this);
    }

    /// <summary>Frees all types. No object has one any more.</summary>
    public void Dispose()
    {
        Entry* entry = TSync.Read(_first);
        while (entry != null)
        {
            Entry* next = TSync.Read(&entry->Next);
            TSync.Free(TSync.Read(&entry->Info.PointerBits));
            TSync.Free(TSync.Read(&entry->Info.Program));
            nint name = TSync.Read(&entry->Name);
            if (name != 0)
            {
                GCHandle.FromIntPtr(name).Free();
            }

            TSync.Free(entry);
            entry = next;
        }

        TSync.Free(_first);
        TSync.Destroy(_lock);
    }

    private static ulong* CopyPointers(TypeShape shape)
    {
        int words = shape.Size / sizeof(nint);
        ulong* bits = TSync.Allocate<ulong>((nuint)((words + BitsPerWord - 1) / BitsPerWord), "type.pointers");
        foreach (int offset in shape.PointerOffsets)
        {
            int word = offset / sizeof(nint);
            ulong* group = bits + (word / BitsPerWord);
            TSync.Write(group, TSync.Read(group) | (1UL << (word % BitsPerWord)));
        }

        return bits;
    }

    private static nint* Copy(TypeProgram program)
    {
        nint* words = TSync.Allocate<nint>((nuint)program.Words.Count, "type.program");
        for (int i = 0; i < program.Words.Count; i++)
        {
            TSync.Write(words + i, program.Words[i]);
        }

        return words;
    }

    private void Add(Entry* entry)
    {
        TSync.Enter(_lock);
        TSync.Write(&entry->Next, TSync.Read(_first));
        TSync.Write(_first, entry);
        TSync.Exit(_lock);
    }

    /// <summary>
    /// A type on the list, or the table of an interface; the list is under the lock, the rest constant once made.
    /// </summary>
    private struct Entry
    {
        /// <summary>First, so that who has a type has its entry.</summary>
        internal TypeInfo Info;
        internal InterfaceTable Interface;

        /// <summary>A handle to what the type is called, or 0.</summary>
        internal nint Name;
        internal Entry* Next;
    }
}
