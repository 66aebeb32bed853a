namespace Testbed.Models.Heaps;

/// <summary>
/// Draws programs at random: small graphs in which sharing, cycles, chains, wide nodes, large objects, interior and
/// hidden references all are likely, and steps that mostly mean something.
/// </summary>
/// <param name="choose">Answers with a number below its argument: what decides everything.</param>
/// <param name="limits">How large the program may be.</param>
public sealed class ProgramDrawer(Func<uint, uint> choose, ProgramLimits limits)
{
    /// <summary>Draws a program.</summary>
    /// <returns>A valid program.</returns>
    public MutatorProgram Draw()
    {
        int count = limits.FewestGoroutines + Below(limits.Goroutines - limits.FewestGoroutines + 1);
        var goroutines = new GoroutineProgram[count];
        var operations = new List<Operation>[count];
        for (int i = 0; i < count; i++)
        {
            operations[i] = DrawOperations();
            goroutines[i] = new GoroutineProgram(DrawGraph(), operations[i]);
        }

        for (int i = 1; i < count; i++)
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
        int count = Below(limits.Nodes + 1);
        if (count == 0)
        {
            return HeapGraph.Empty;
        }

        var nodes = new NodeShape[count];
        for (int i = 0; i < count; i++)
        {
            nodes[i] = DrawShape();
        }

        var edges = new List<HeapEdge>();
        for (int i = 0; i < count; i++)
        {
            AddEdges(nodes, i, edges);
        }

        var roots = new List<HeapRoot>();
        for (int slot = 0; slot < limits.Slots; slot++)
        {
            if (!OneIn(3))
            {
                int to = Below(count);
                roots.Add(new HeapRoot(slot, to, DrawInside(nodes[to])));
            }
        }

        return new HeapGraph(nodes, edges, roots);
    }

    /// <summary>Draws the shape of a node.</summary>
    /// <returns>A shape.</returns>
    public NodeShape DrawShape()
    {
        int words = Below(8) switch
        {
            0 => limits.SmallWords,
            1 => limits.SmallWords + 1 + Below(limits.SmallWords),
            2 => 1 + Below(limits.SmallWords),
            _ => 1 + Below(Math.Min(6, limits.SmallWords)),
        };
        switch (Below(8))
        {
            case 0:
                return new NodeShape(NodeKind.NoScan, words);
            case 1:
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

    /// <summary>Adds the references out of a node: a chain's to the next node, or to any, itself included.</summary>
    private void AddEdges(NodeShape[] nodes, int from, List<HeapEdge> edges)
    {
        int first = Below(nodes[from].TotalWords);
        int count = Math.Min(nodes[from].TotalWords, Below(4));
        for (int i = 0; i < count; i++)
        {
            int to = OneIn(2) ? (from + 1) % nodes.Length : Below(nodes.Length);
            int word = (first + i) % nodes[from].TotalWords;
            edges.Add(new HeapEdge(from, word, to, DrawInside(nodes[to])));
        }
    }

    private int DrawInside(NodeShape shape) => OneIn(4) ? Below(shape.TotalWords) : 0;

    private List<Operation> DrawOperations()
    {
        var operations = new List<Operation>();
        for (int i = Below(limits.Operations + 1); i > 0; i--)
        {
            operations.Add(DrawOperation());
        }

        return operations;
    }

    private Operation DrawOperation() => Below(16) switch
    {
        0 or 1 or 2 => new Operation.Allocate(DrawSlot(), DrawShape()),
        3 or 4 => new Operation.Link(DrawSlot(), DrawWord(), DrawSlot()),
        5 => new Operation.Cut(DrawSlot(), DrawWord()),
        6 => new Operation.Follow(DrawSlot(), DrawSlot(), DrawWord()),
        7 => new Operation.Interior(DrawSlot(), DrawSlot(), DrawWord()),
        8 or 9 => new Operation.Unroot(DrawSlot()),
        10 => new Operation.Publish(Below(limits.Globals), DrawSlot()),
        11 => new Operation.Take(DrawSlot(), Below(limits.Globals)),
        12 => new Operation.Safepoint(),
        13 => new Operation.Yield(),
        14 => new Operation.SystemCall(),
        _ => new Operation.Collect(),
    };

    private int DrawSlot() => Below(limits.Slots);

    private int DrawWord() => Below(4);

    private int Below(int bound) => (int)choose((uint)bound);

    private bool OneIn(int count) => Below(count) == 0;
}
