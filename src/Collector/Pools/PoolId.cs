namespace Testbed.Collector;

/// <summary>
/// A pool of objects to be used again, which each collection empties; made by <see cref="World{TSync}.RegisterPool"/>.
/// The seed's <c>sync.Pool</c>.
/// </summary>
public readonly unsafe struct PoolId
{
    internal PoolId(Pool* pool, object owner)
    {
        Pool = pool;
        Owner = owner;
    }

    /// <summary>The pool in memory of the seam; null for the default value.</summary>
    internal Pool* Pool { get; }

    /// <summary>The <see cref="PoolTable{TSync}"/> that keeps it; null for the default value.</summary>
    internal object? Owner { get; }
}
