namespace Testbed.Collector;

/// <summary>A type that a world knows; made by <see cref="World{TSync}.RegisterType"/>.</summary>
public readonly unsafe struct TypeId
{
    internal TypeId(TypeInfo* info, object owner)
    {
        Info = info;
        Owner = owner;
    }

    /// <summary>Where its pointers are; null for the default value.</summary>
    internal TypeInfo* Info { get; }

    /// <summary>The <see cref="TypeTable{TSync}"/> that keeps it; null for the default value.</summary>
    internal object? Owner { get; }
}
