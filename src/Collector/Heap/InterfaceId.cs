namespace Testbed.Collector;

/// <summary>
/// Says which type an interface value with methods is of; made by <see cref="World{TSync}.RegisterInterface"/>. The
/// seed's <c>Itab</c>.
/// </summary>
public readonly unsafe struct InterfaceId
{
    internal InterfaceId(InterfaceTable* table, object owner)
    {
        Table = table;
        Owner = owner;
    }

    /// <summary>The table in memory of the seam; null for the default value.</summary>
    internal InterfaceTable* Table { get; }

    /// <summary>The <see cref="TypeTable{TSync}"/> that keeps it; null for the default value.</summary>
    internal object? Owner { get; }
}

/// <summary>What an interface value with methods starts with; constant once registered.</summary>
internal unsafe struct InterfaceTable
{
    /// <summary>The type of the data.</summary>
    internal TypeInfo* Type;
}
