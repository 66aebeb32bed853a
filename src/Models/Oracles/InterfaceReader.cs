using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>Looks at interface values, by itself.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class InterfaceReader<TSync>
    where TSync : struct, ISync
{
    /// <summary>Whether the data of an interface value counts as a pointer.</summary>
    /// <param name="first">Its first word.</param>
    /// <param name="hasMethods">Whether that is a table of methods, not a type.</param>
    /// <param name="isArgument">Whether it is an argument: then its type does not matter.</param>
    internal static bool HoldsPointer(nint first, bool hasMethods, bool isArgument = false)
    {
        if (first == 0 || isArgument)
        {
            return first != 0;
        }

        var type = (TypeInfo*)(hasMethods ? TSync.Read((nint*)first) : first);
        bool liesInTheValue = TSync.Read(&type->Size) == sizeof(long) && !TSync.Read(&type->HasPointers);
        return !liesInTheValue;
    }
}
