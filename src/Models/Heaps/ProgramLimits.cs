namespace Testbed.Models.Heaps;

/// <summary>How large a drawn program may be.</summary>
/// <param name="Goroutines">How many goroutines it has at most; at least 1.</param>
/// <param name="Nodes">How many nodes the graph of each has at most.</param>
/// <param name="Operations">How many steps each takes at most.</param>
/// <param name="SmallWords">How many words the greatest object with a size class has: nodes lie on both sides of it.</param>
public sealed record ProgramLimits(int Goroutines, int Nodes, int Operations, int SmallWords)
{
    /// <summary>How many goroutines it has at least; at least 1.</summary>
    public int FewestGoroutines { get; init; } = 1;

    /// <summary>How many root slots each goroutine has; at least 1.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>How many global references the goroutines share; at least 1.</summary>
    public int Globals { get; init; } = 2;
}
