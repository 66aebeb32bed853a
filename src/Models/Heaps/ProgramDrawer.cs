namespace Testbed.Models.Heaps;

/// <summary>
/// Draws programs at random: small graphs in which sharing, cycles, chains, wide nodes, large objects, interior and
/// hidden references all are likely, and steps that mostly mean something.
/// </summary>
/// <remarks>
/// An explorer shrinks a program without knowing what it is: it makes the numbers lower and leaves some out. So 0 always
/// stands for what is simplest, and each item of a list follows the number that says that there is one.
/// </remarks>
/// <param name="choose">Answers with a number below its argument: what decides everything.</param>
/// <param name="limits">How large the program may be.</param>
public sealed class ProgramDrawer(Func<uint, uint> choose, ProgramLimits limits)
{
    private const int MaxEdges = 3;

    /// <summary>Draws a program.</summary>
    /// <returns>A valid program.</returns>
    public MutatorProgram Draw()
    {
        var goroutines = new List<GoroutineProgram>();
        var operations = new List<List<Operation>>();
        while (goroutines.Count < limits.FewestGoroutines || More(goroutines.Count, limits.Goroutines))
        {
            operations.Add(DrawOperations());
            goroutines.Add(new GoroutineProgram(DrawGraph(), operations[^1]));
        }

        for (int i = 1; i < goroutines.Count; i++)
        {
            List<Operation> parent = operations[Below(i)];
            parent.Insert(Below(parent.Count + 1), new Operation.Start(i));
        }

        return new MutatorProgram(goroutines, limits.Slots, limits.Globals);
    }

    /// <summary>Draws a graph with its roots.</summary>
    /// <returns>A valid graph.</returns>
    public HeapGraph DrawGraph()
    {
        var nodes = new List<NodeShape>();
        var edges = new List<HeapEdge>();
        while (More(nodes.Count, limits.Nodes))
        {
            nodes.Add(DrawShape());
            AddEdges(nodes, edges);
        }

        if (nodes.Count == 0)
        {
            return HeapGraph.Empty;
        }

        var roots = new List<HeapRoot>();
        for (int slot = 0; slot < limits.Slots; slot++)
        {
            // Two slots of three are roots.
            if (Below(3) != 0)
            {
                int to = Below(nodes.Count);
                roots.Add(new HeapRoot(slot, to, DrawInside() % nodes[to].TotalWords));
            }
        }

        return new HeapGraph(nodes, [.. edges.Select(edge => Resolve(edge, nodes))], roots);
    }

    /// <summary>Draws the shape of a node.</summary>
    /// <returns>A shape.</returns>
    public NodeShape DrawShape()
    {
        int range = Below(8);
        int length = Below(limits.SmallWords);
        int words = range switch
        {
            7 => limits.SmallWords,
            6 => limits.SmallWords + 1 + length,
            5 => 1 + length,
            _ => 1 + length % Math.Min(6, limits.SmallWords),
        };
        switch (Below(8))
        {
            case 7:
                return new NodeShape(NodeKind.NoScan, words);
            case 6:
                return new NodeShape(NodeKind.Conservative, words);
            default:
                int element = Math.Min(words, OneIn(3) ? 1 + Below(3) : NodeShape.MaxTypedWords);
                ulong mask = ulong.MaxValue >> (NodeShape.MaxTypedWords - element);
                ulong pointers = choose(3) switch
                {
                    0 => mask,
                    1 => 1UL << Below(element),
                    _ => choose(1u << Math.Min(element, 16)),
                };
                return new NodeShape(NodeKind.Typed, element, pointers, words / element);
        }
    }

    /// <summary>
    /// Adds the references out of the last node, as if to how many nodes after the next one: how many there will be is not
    /// known yet.
    /// </summary>
    private void AddEdges(List<NodeShape> nodes, List<HeapEdge> edges)
    {
        int words = nodes[^1].TotalWords;
        int first = Below(words);
        for (int i = 0; More(i, Math.Min(words, MaxEdges)); i++)
        {
            int jump = OneIn(2) ? Below(limits.Nodes) : 0;
            edges.Add(new HeapEdge(nodes.Count - 1, (first + i) % words, jump, DrawInside()));
        }
    }

    /// <summary>A chain's reference to the next node, or one to any, itself included.</summary>
    private static HeapEdge Resolve(HeapEdge edge, List<NodeShape> nodes)
    {
        int to = (edge.From + 1 + edge.To) % nodes.Count;
        return edge with { To = to, Inside = edge.Inside % nodes[to].TotalWords };
    }

    private int DrawInside() => OneIn(4) ? Below(limits.SmallWords) : 0;

    private List<Operation> DrawOperations()
    {
        var operations = new List<Operation>();
        while (More(operations.Count, limits.Operations))
        {
            operations.Add(DrawOperation());
        }

        return operations;
    }

    private Operation DrawOperation() => Below(16) switch
    {
        0 => new Operation.Safepoint(),
        1 => new Operation.Yield(),
        2 => new Operation.SystemCall(),
        3 => new Operation.Collect(),
        4 or 5 => new Operation.Unroot(DrawSlot()),
        6 => new Operation.Cut(DrawSlot(), DrawWord()),
        7 or 8 or 9 => new Operation.Allocate(DrawSlot(), DrawShape()),
        10 or 11 => new Operation.Link(DrawSlot(), DrawWord(), DrawSlot()),
        12 => new Operation.Follow(DrawSlot(), DrawSlot(), DrawWord()),
        13 => new Operation.Interior(DrawSlot(), DrawSlot(), DrawWord()),
        14 => new Operation.Publish(Below(limits.Globals), DrawSlot()),
        _ => new Operation.Take(DrawSlot(), Below(limits.Globals)),
    };

    private int DrawSlot() => Below(limits.Slots);

    private int DrawWord() => Below(4);

    private int Below(int bound) => (int)choose((uint)bound);

    private bool OneIn(int count) => Below(count) == count - 1;

    /// <summary>Whether a list has another item, so that each length up to the greatest is as likely.</summary>
    private bool More(int drawn, int most) => drawn < most && Below(most - drawn + 1) != 0;
}
