namespace Testbed.Models.Heaps;

/// <summary>What one goroutine does: it builds a graph, and then takes steps.</summary>
/// <param name="Graph">The graph, the slots that keep it included.</param>
/// <param name="Operations">The steps.</param>
public sealed record GoroutineProgram(HeapGraph Graph, IReadOnlyList<Operation> Operations);

/// <summary>
/// A program of several goroutines that build and cut a heap: plain data that knows no engine. Goroutine 0 is the main
/// one; each other is started by a step of one with a smaller number, which waits for its end before it ends itself.
/// </summary>
/// <param name="Goroutines">What each does.</param>
/// <param name="Slots">How many root slots each has.</param>
/// <param name="Globals">How many global references they share.</param>
public sealed record MutatorProgram(IReadOnlyList<GoroutineProgram> Goroutines, int Slots, int Globals)
{
    /// <summary>The bytes of all nodes that it can allocate.</summary>
    public long Bytes => Shapes.Sum(shape => (long)shape.Bytes);

    /// <summary>The shapes of all nodes that it can allocate.</summary>
    public IEnumerable<NodeShape> Shapes
        => Goroutines.SelectMany(goroutine => goroutine.Graph.Nodes.Concat(
            goroutine.Operations.OfType<Operation.Allocate>().Select(allocate => allocate.Shape)));

    /// <summary>The program as a picture.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString() => ProgramPicture.Draw(this);

    /// <summary>Checks that it holds together: numbers in range, goroutines started once, by one before them.</summary>
    /// <exception cref="ArgumentException">It does not; the message says where.</exception>
    internal void Validate()
    {
        var starts = new int[Goroutines.Count];
        for (int i = 0; i < Goroutines.Count; i++)
        {
            Validate(i, Goroutines[i].Graph);
            foreach (Operation.Start start in Goroutines[i].Operations.OfType<Operation.Start>())
            {
                Require(start.Goroutine > i && start.Goroutine < starts.Length, i, start);
                starts[start.Goroutine]++;
            }
        }

        for (int i = 1; i < starts.Length; i++)
        {
            Require(starts[i] == 1, i, $"it is started {starts[i]} times");
        }
    }

    private void Validate(int goroutine, HeapGraph graph)
    {
        foreach (HeapEdge edge in graph.Edges)
        {
            Require(IsPlace(graph, edge.From, edge.Word) && IsPlace(graph, edge.To, edge.Inside), goroutine, edge);
        }

        foreach (HeapRoot root in graph.Roots)
        {
            Require(root.Slot >= 0 && root.Slot < Slots && IsPlace(graph, root.To, root.Inside), goroutine, root);
        }
    }

    private static bool IsPlace(HeapGraph graph, int node, int word)
        => node >= 0 && node < graph.Nodes.Count && word >= 0 && word < graph.Nodes[node].TotalWords;

    private static void Require(bool condition, int goroutine, object what)
    {
        if (!condition)
        {
            throw new ArgumentException($"goroutine {goroutine} of the program is not valid: {what}");
        }
    }
}
