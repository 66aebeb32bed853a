namespace Testbed.Collector;

/// <summary>
/// A function that a world knows and can run for an object that nothing refers to any more; made by
/// <see cref="World{TSync}.RegisterFinalizer(Func{Goroutine{TSync}, Reference, Reference, GoroutineTask}, TypeId)"/>.
/// </summary>
public readonly unsafe struct FinalizerId
{
    internal FinalizerId(FinalizerFunction* function, object owner)
    {
        Function = function;
        Owner = owner;
    }

    /// <summary>The function in memory of the seam; null for the default value.</summary>
    internal FinalizerFunction* Function { get; }

    /// <summary>The <see cref="FinalizerTable{TSync}"/> that keeps it; null for the default value.</summary>
    internal object? Owner { get; }
}
