using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Tells whether the data word of an interface value is a pointer. Data of a word or less without pointers lies in the
/// value itself. The seed's <c>scaninterfacedata</c>.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class InterfaceData<TSync>
    where TSync : struct, ISync
{
    /// <summary>Whether the data of a value without methods is a pointer.</summary>
    /// <param name="type">The value's first word: its type, or 0 if it is null.</param>
    internal static bool IsPointerByType(nint type) => type != 0 && IsPointer((TypeInfo*)type);

    /// <summary>Whether the data of a value with methods is a pointer.</summary>
    /// <param name="table">The value's first word: its table, or 0 if it is null.</param>
    internal static bool IsPointerByTable(nint table)
        => table != 0 && IsPointer(TSync.Read(&((InterfaceTable*)table)->Type));

    private static bool IsPointer(TypeInfo* type)
        => TSync.Read(&type->HasPointers) || TSync.Read(&type->Size) > (nuint)sizeof(nint);
}
