namespace Testbed.Collector;

/// <summary>Names a goroutine that was started, also after it ended.</summary>
public readonly unsafe struct GoroutineHandle
{
    internal GoroutineHandle(G* g, long id, object owner)
    {
        Owner = owner;
        G = g;
        Id = id;
    }

    /// <summary>Its number in its world, from 1.</summary>
    public long Id { get; }

    /// <summary>The scheduler that runs it; null for the default value.</summary>
    internal object? Owner { get; }

    /// <summary>Where it is, or was: another goroutine may have the place by now.</summary>
    internal G* G { get; }
}
