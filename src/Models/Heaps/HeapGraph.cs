namespace Testbed.Models.Heaps;

/// <summary>A reference from a word of one node to a place inside another.</summary>
/// <remarks>
/// If the collector does not scan the word it is a hidden one: the address as a number, which keeps nothing alive.
/// </remarks>
/// <param name="From">The number of the node that holds it.</param>
/// <param name="Word">Which word of that node.</param>
/// <param name="To">The number of the node that it refers to.</param>
/// <param name="Inside">Words from the start of that node; 0 unless it is an interior pointer.</param>
public readonly record struct HeapEdge(int From, int Word, int To, int Inside);

/// <summary>A root slot that refers to a place inside a node.</summary>
/// <param name="Slot">The number of the slot.</param>
/// <param name="To">The number of the node that it refers to.</param>
/// <param name="Inside">Words from the start of that node; 0 unless it is an interior pointer.</param>
public readonly record struct HeapRoot(int Slot, int To, int Inside);

/// <summary>Nodes, the references among them, and the slots that refer to them: plain data that knows no engine.</summary>
/// <param name="Nodes">The nodes; their numbers are their places in the list.</param>
/// <param name="Edges">The references; no two from the same word of the same node.</param>
/// <param name="Roots">The root slots that are not null; no two for the same slot.</param>
public sealed record HeapGraph(
    IReadOnlyList<NodeShape> Nodes, IReadOnlyList<HeapEdge> Edges, IReadOnlyList<HeapRoot> Roots)
{
    /// <summary>A graph without nodes.</summary>
    public static HeapGraph Empty { get; } = new([], [], []);
}
