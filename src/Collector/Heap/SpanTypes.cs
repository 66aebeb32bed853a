using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>How the types of a span's objects are kept. The low bits of <see cref="Span.Types"/>.</summary>
internal enum TypeCompression
{
    /// <summary>No object of the span has had pointers; the word is 0.</summary>
    Empty = 0,

    /// <summary>All have one type; the rest of the word is its address, 0 if they are conservative.</summary>
    Single,

    /// <summary>Each has a byte that says which of the few types of a table it has.</summary>
    Bytes,

    /// <summary>Each has a word, the address of its type.</summary>
    Words,
}

/// <summary>
/// The types of a span's objects that may hold pointers, in as little memory as they need. The seed's <c>MTypes</c>,
/// <c>settype</c> and <c>gettype</c>.
/// </summary>
/// <remarks>
/// <para>
/// All free objects of a span are in one cache, or in none, until the world stops. So only the owner of that cache sets
/// types between two stops, by plain writes, and the collector reads them plainly. Others may read the type of an object
/// that they were given (<see cref="Find"/>): what says it was written before they had the object, and stays where it
/// is. Only the span's word may change meanwhile. So a new table is filled before it is published, and the one that it
/// replaces is kept until the span is freed.
/// </para>
/// <para>
/// A table of bytes: how many types it has, how many it has room for, the types, a byte an object. A table of words: the
/// table of bytes that it replaced, a word an object.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class SpanTypes<TSync>
    where TSync : struct, ISync
{
    private const nint CompressionMask = 3;
    private const int CountWord = 0;
    private const int LimitWord = 1;
    private const int FirstType = 2;
    private const int OutgrownWord = 0;
    private const int FirstWord = 1;

    /// <summary>The type of an object that may hold pointers; null if it is conservative. While the world is stopped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TypeInfo* Get(Span* span, nint start)
    {
        nint types = TSync.Read(&span->Types);
        return CompressionOf(types) == TypeCompression.Single ? SingleOf(types) : GetFromTable(types, span, start);
    }

    /// <summary><see cref="Get"/> of an object that the caller has; any thread, also while the span has a new one.</summary>
    internal static TypeInfo* Find(Span* span, nint start)
    {
        // Volatile: a table was filled before the word led to it.
        nint types = TSync.VolatileRead(&span->Types);
        return CompressionOf(types) == TypeCompression.Single ? SingleOf(types) : GetFromTable(types, span, start);
    }

    /// <summary>Sets the type of an object that nobody else has yet; by the owner of the cache that it came from.</summary>
    /// <param name="span">The object's span.</param>
    /// <param name="start">The object.</param>
    /// <param name="type">Its type; null if it is conservative.</param>
    /// <param name="typesMax">How many types a table of bytes has room for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Set(Span* span, nint start, TypeInfo* type, int typesMax)
    {
        if (TSync.Read(&span->Types) != MakeSingle(type))
        {
            SetOther(span, start, type, typesMax);
        }
    }

    /// <summary>How the types of a span are kept; as <see cref="Get"/>.</summary>
    internal static TypeCompression CompressionOf(Span* span) => CompressionOf(TSync.Read(&span->Types));

    /// <summary>Bytes of a span's tables; while the world is stopped.</summary>
    /// <param name="span">The span.</param>
    /// <param name="typesMax">How many types a table of bytes has room for.</param>
    internal static long TableBytes(Span* span, int typesMax)
    {
        long capacity = TSync.Read(&span->Capacity);
        return sizeof(nint) * CompressionOf(span) switch
        {
            TypeCompression.Bytes => ByteTableWords(typesMax, capacity),
            TypeCompression.Words => FirstWord + capacity + ByteTableWords(typesMax, capacity),
            _ => 0,
        };
    }

    /// <summary>Frees the tables of a span that has no objects any more; by whoever gives it back.</summary>
    internal static void Clear(Span* span)
    {
        nint types = TSync.Read(&span->Types);
        TSync.Write(&span->Types, 0);
        if (CompressionOf(types) == TypeCompression.Words)
        {
            TSync.Free((void*)TSync.Read(TableOf(types) + OutgrownWord));
        }

        if (CompressionOf(types) is TypeCompression.Words or TypeCompression.Bytes)
        {
            TSync.Free(TableOf(types));
        }
    }

    private static TypeCompression CompressionOf(nint types) => (TypeCompression)(types & CompressionMask);

    private static TypeInfo* SingleOf(nint types) => (TypeInfo*)(types - (nint)TypeCompression.Single);

    private static nint MakeSingle(TypeInfo* type) => (nint)type + (nint)TypeCompression.Single;

    private static nint* TableOf(nint types) => (nint*)(types & ~CompressionMask);

    private static byte* BytesOf(nint* table) => (byte*)(table + FirstType + TSync.Read(table + LimitWord));

    private static long ByteTableWords(int typesMax, long capacity)
        => FirstType + typesMax + ((capacity + sizeof(nint) - 1) / sizeof(nint));

    private static nuint IndexOf(Span* span, nint start)
        => (nuint)(start - TSync.Read(&span->Start)) / TSync.Read(&span->ElementSize);

    /// <summary>Compiled once, as the mark loop is which calls it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TypeInfo* GetFromTable(nint types, Span* span, nint start)
    {
        nuint index = IndexOf(span, start);
        nint* table = TableOf(types);
        return CompressionOf(types) switch
        {
            TypeCompression.Bytes => (TypeInfo*)TSync.Read(table + FirstType + TSync.Read(BytesOf(table) + index)),
            TypeCompression.Words => (TypeInfo*)TSync.Read(table + FirstWord + index),
            _ => throw new CorruptionException(
                $"object 0x{start:x} of span {TSync.Read(&span->Index)} may hold pointers but has no type"),
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetOther(Span* span, nint start, TypeInfo* type, int typesMax)
    {
        nint types = TSync.Read(&span->Types);
        nuint index = IndexOf(span, start);
        switch (CompressionOf(types))
        {
            case TypeCompression.Empty:
                // Plain: nobody looks before there is an object that may hold pointers.
                TSync.Write(&span->Types, MakeSingle(type));
                break;
            case TypeCompression.Single:
                Publish(span, MakeBytes(span, SingleOf(types), index, type, typesMax), TypeCompression.Bytes);
                break;
            case TypeCompression.Bytes when TrySetByte(TableOf(types), index, type):
                break;
            case TypeCompression.Bytes:
                Publish(span, MakeWords(span, TableOf(types), index, type), TypeCompression.Words);
                break;
            default:
                TSync.Write(TableOf(types) + FirstWord + index, (nint)type);
                break;
        }
    }

    /// <summary>Lets others see a table that is filled.</summary>
    private static void Publish(Span* span, nint* table, TypeCompression compression)
        => TSync.VolatileWrite(&span->Types, (nint)table + (nint)compression);

    /// <summary>A table of bytes: all objects have the first type, since memory is zeroed, but for one.</summary>
    private static nint* MakeBytes(Span* span, TypeInfo* first, nuint index, TypeInfo* second, int typesMax)
    {
        nint* table = TSync.Allocate<nint>((nuint)ByteTableWords(typesMax, TSync.Read(&span->Capacity)), "span.types");
        TSync.Write(table + CountWord, 2);
        TSync.Write(table + LimitWord, typesMax);
        TSync.Write(table + FirstType, (nint)first);
        TSync.Write(table + FirstType + 1, (nint)second);
        TSync.Write(BytesOf(table) + index, (byte)1);
        return table;
    }

    /// <summary>Sets a byte, and adds the type to the table if it is new; false if there is no room for it.</summary>
    private static bool TrySetByte(nint* table, nuint index, TypeInfo* type)
    {
        nint count = TSync.Read(table + CountWord);
        nint number = 0;
        while (number < count && TSync.Read(table + FirstType + number) != (nint)type)
        {
            number++;
        }

        if (number == TSync.Read(table + LimitWord))
        {
            return false;
        }

        if (number == count)
        {
            TSync.Write(table + FirstType + number, (nint)type);
            TSync.Write(table + CountWord, count + 1);
        }

        TSync.Write(BytesOf(table) + index, (byte)number);
        return true;
    }

    /// <summary>A table of words: what the table of bytes says, but for one object.</summary>
    private static nint* MakeWords(Span* span, nint* bytes, nuint index, TypeInfo* type)
    {
        int capacity = TSync.Read(&span->Capacity);
        nint* table = TSync.Allocate<nint>((nuint)(FirstWord + capacity), "span.types");
        TSync.Write(table + OutgrownWord, (nint)bytes);
        for (int i = 0; i < capacity; i++)
        {
            TSync.Write(table + FirstWord + i, TSync.Read(bytes + FirstType + TSync.Read(BytesOf(bytes) + i)));
        }

        TSync.Write(table + FirstWord + index, (nint)type);
        return table;
    }
}
