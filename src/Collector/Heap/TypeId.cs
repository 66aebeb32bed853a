namespace Testbed.Collector;

/// <summary>A type that a world knows; made by <see cref="World{TSync}.RegisterType"/>.</summary>
public readonly unsafe struct TypeId
{
    internal TypeId(TypeInfo* info) => Info = info;

    /// <summary>Where its pointers are; null for the default value.</summary>
    internal TypeInfo* Info { get; }
}
