namespace Testbed.Models.Heaps;

/// <summary>
/// Makes programs smaller: leaves out goroutines, runs of steps, nodes, edges and roots, and makes nodes and numbers
/// small. What is left is renumbered, so that a shrunk program reads as if it had been written that way.
/// </summary>
public static class ProgramShrinker
{
    /// <summary>Programs that are a step smaller, the boldest first.</summary>
    /// <param name="program">A valid program.</param>
    /// <returns>Valid programs.</returns>
    public static IEnumerable<MutatorProgram> Shrink(MutatorProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return WithoutGoroutines(program)
            .Concat(WithSmallerGoroutines(program))
            .Concat(WithFewerSlots(program));
    }

    /// <summary>Graphs that are a step smaller, the boldest first.</summary>
    /// <param name="graph">A valid graph.</param>
    /// <returns>Valid graphs.</returns>
    public static IEnumerable<HeapGraph> Shrink(HeapGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        foreach (IReadOnlyList<int> kept in Sublists([.. Enumerable.Range(0, graph.Nodes.Count)]))
        {
            yield return Keep(graph, kept);
        }

        foreach (IReadOnlyList<HeapEdge> edges in Sublists(graph.Edges))
        {
            yield return graph with { Edges = edges };
        }

        foreach (IReadOnlyList<HeapRoot> roots in Sublists(graph.Roots))
        {
            yield return graph with { Roots = roots };
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (NodeShape shape in Shrink(graph.Nodes[i]))
            {
                yield return WithShape(graph, i, shape);
            }
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            if (graph.Nodes[i].Count == 1 && graph.Nodes[i].Words > 1)
            {
                yield return WithoutFirstWords(graph, i, graph.Nodes[i].Words / 2);
                yield return WithoutFirstWords(graph, i, 1);
            }
        }

        foreach (HeapGraph smaller in WithoutInteriors(graph).Concat(WithLowerWords(graph)))
        {
            yield return smaller;
        }
    }

    /// <summary>Moves a reference to a lower word that holds none, so that its node can lose the words behind.</summary>
    private static IEnumerable<HeapGraph> WithLowerWords(HeapGraph graph)
    {
        for (int i = 0; i < graph.Edges.Count; i++)
        {
            HeapEdge edge = graph.Edges[i];
            foreach (int word in new[] { 0, edge.Word % graph.Nodes[edge.From].Words, edge.Word - 1 })
            {
                if (word >= 0
                    && word < edge.Word
                    && graph.Nodes[edge.From].IsScanned(word) == graph.Nodes[edge.From].IsScanned(edge.Word)
                    && !graph.Edges.Any(other => other.From == edge.From && other.Word == word))
                {
                    yield return graph with { Edges = Replaced(graph.Edges, i, edge with { Word = word }) };
                }
            }
        }
    }

    private static IEnumerable<HeapGraph> WithoutInteriors(HeapGraph graph)
    {
        for (int i = 0; i < graph.Edges.Count; i++)
        {
            if (graph.Edges[i].Inside != 0)
            {
                yield return graph with { Edges = Replaced(graph.Edges, i, graph.Edges[i] with { Inside = 0 }) };
            }
        }

        for (int i = 0; i < graph.Roots.Count; i++)
        {
            if (graph.Roots[i].Inside != 0)
            {
                yield return graph with { Roots = Replaced(graph.Roots, i, graph.Roots[i] with { Inside = 0 }) };
            }
        }
    }

    /// <summary>
    /// Keeps one goroutine and those that it starts; leaves one out with those that it starts; leaves only it out, so
    /// that those are started where it was.
    /// </summary>
    private static IEnumerable<MutatorProgram> WithoutGoroutines(MutatorProgram program)
    {
        for (int i = 1; i < program.Goroutines.Count; i++)
        {
            bool[] family = FamilyOf(program, i);
            yield return Keep(program, family);
            yield return Keep(program, [.. family.Select(isMember => !isMember)]);
            yield return Keep(Hoist(program, i), [.. family.Select((_, goroutine) => goroutine != i)]);
        }
    }

    /// <summary>Which goroutines are one of them or started, however indirectly, by it.</summary>
    private static bool[] FamilyOf(MutatorProgram program, int goroutine)
    {
        var family = new bool[program.Goroutines.Count];
        family[goroutine] = true;

        // A child has a greater number than its parent, so one pass finds all.
        for (int i = goroutine; i < family.Length; i++)
        {
            foreach (Operation.Start start in program.Goroutines[i].Operations.OfType<Operation.Start>())
            {
                family[start.Goroutine] |= family[i];
            }
        }

        return family;
    }

    /// <summary>Lets the parent of a goroutine start the children of that too.</summary>
    private static MutatorProgram Hoist(MutatorProgram program, int goroutine)
    {
        Operation[] starts = [.. program.Goroutines[goroutine].Operations.OfType<Operation.Start>()];
        return program with
        {
            Goroutines = [.. program.Goroutines.Select(parent => parent with
            {
                Operations = [.. parent.Operations.SelectMany(operation
                    => operation is Operation.Start start && start.Goroutine == goroutine
                        ? starts.Prepend(operation)
                        : [operation])],
            })],
        };
    }

    /// <summary>The program with only some goroutines, renumbered.</summary>
    private static MutatorProgram Keep(MutatorProgram program, bool[] kept)
    {
        var numbers = new int[kept.Length];
        int count = 0;
        for (int i = 0; i < kept.Length; i++)
        {
            numbers[i] = kept[i] ? count++ : -1;
        }

        return program with
        {
            Goroutines = [.. program.Goroutines
                .Where((_, i) => kept[i])
                .Select(goroutine => goroutine with { Operations = Renumbered(goroutine.Operations, numbers) })],
        };
    }

    private static List<Operation> Renumbered(IReadOnlyList<Operation> operations, int[] numbers)
    {
        var renumbered = new List<Operation>();
        foreach (Operation operation in operations)
        {
            if (operation is not Operation.Start start)
            {
                renumbered.Add(operation);
            }
            else if (numbers[start.Goroutine] >= 0)
            {
                renumbered.Add(new Operation.Start(numbers[start.Goroutine]));
            }
        }

        return renumbered;
    }

    private static IEnumerable<MutatorProgram> WithSmallerGoroutines(MutatorProgram program)
    {
        for (int i = 0; i < program.Goroutines.Count; i++)
        {
            GoroutineProgram goroutine = program.Goroutines[i];
            foreach (IReadOnlyList<Operation> operations in ShrinkOperations(goroutine.Operations))
            {
                yield return With(goroutine with { Operations = operations });
            }

            foreach (HeapGraph graph in Shrink(goroutine.Graph))
            {
                yield return With(goroutine with { Graph = graph });
            }

            MutatorProgram With(GoroutineProgram smaller)
                => program with { Goroutines = Replaced(program.Goroutines, i, smaller) };
        }
    }

    /// <summary>Leaves out slots from the last on that nothing names, and globals likewise.</summary>
    private static IEnumerable<MutatorProgram> WithFewerSlots(MutatorProgram program)
    {
        int slots = 1;
        int globals = 1;
        foreach (GoroutineProgram goroutine in program.Goroutines)
        {
            slots = Math.Max(slots, goroutine.Graph.Roots.Select(root => root.Slot + 1).DefaultIfEmpty().Max());
            foreach (Operation operation in goroutine.Operations)
            {
                slots = Math.Max(slots, GreatestSlot(operation) + 1);
                globals = Math.Max(globals, GreatestGlobal(operation) + 1);
            }
        }

        if (slots < program.Slots || globals < program.Globals)
        {
            yield return program with { Slots = slots, Globals = globals };
        }
    }

    private static int GreatestSlot(Operation operation) => operation switch
    {
        Operation.Allocate allocate => allocate.Slot,
        Operation.Link link => Math.Max(link.Slot, link.Value),
        Operation.Cut cut => cut.Slot,
        Operation.Follow follow => Math.Max(follow.Slot, follow.Source),
        Operation.Interior interior => Math.Max(interior.Slot, interior.Source),
        Operation.Unroot unroot => unroot.Slot,
        Operation.Publish publish => publish.Slot,
        Operation.Take take => take.Slot,
        _ => 0,
    };

    private static int GreatestGlobal(Operation operation) => operation switch
    {
        Operation.Publish publish => publish.Global,
        Operation.Take take => take.Global,
        _ => 0,
    };

    /// <summary>Leaves out runs of steps, but for starts, and makes allocated nodes small.</summary>
    private static IEnumerable<IReadOnlyList<Operation>> ShrinkOperations(IReadOnlyList<Operation> operations)
    {
        foreach (IReadOnlyList<int> kept in Sublists([.. Enumerable.Range(0, operations.Count)]))
        {
            var shorter = new List<Operation>();
            int next = 0;
            for (int i = 0; i < operations.Count; i++)
            {
                bool isKept = next < kept.Count && kept[next] == i;
                next += isKept ? 1 : 0;
                if (isKept || operations[i] is Operation.Start)
                {
                    shorter.Add(operations[i]);
                }
            }

            if (shorter.Count < operations.Count)
            {
                yield return shorter;
            }
        }

        for (int i = 0; i < operations.Count; i++)
        {
            if (operations[i] is Operation.Allocate allocate)
            {
                foreach (NodeShape shape in Shrink(allocate.Shape))
                {
                    yield return Replaced(operations, i, allocate with { Shape = shape });
                }
            }
        }
    }

    private static IEnumerable<NodeShape> Shrink(NodeShape shape)
    {
        if (shape.Count > 1)
        {
            yield return shape with { Count = 1 };
            yield return shape with { Count = shape.Count / 2 };
            yield return shape with { Count = shape.Count - 1 };
        }

        if (shape.Words > 1)
        {
            yield return WithWords(shape, 1);
            yield return WithWords(shape, shape.Words / 2);
            yield return WithWords(shape, shape.Words - 1);
        }
    }

    private static NodeShape WithWords(NodeShape shape, int words) => shape with
    {
        Words = words,
        Pointers = shape.Kind == NodeKind.Typed
            ? shape.Pointers & ulong.MaxValue >> (NodeShape.MaxTypedWords - words)
            : 0,
    };

    /// <summary>The graph with only some nodes, renumbered, and what is among them.</summary>
    private static HeapGraph Keep(HeapGraph graph, IReadOnlyList<int> kept)
    {
        var numbers = new int[graph.Nodes.Count];
        Array.Fill(numbers, -1);
        for (int i = 0; i < kept.Count; i++)
        {
            numbers[kept[i]] = i;
        }

        return new HeapGraph(
            [.. kept.Select(node => graph.Nodes[node])],
            [.. graph.Edges
                .Where(edge => numbers[edge.From] >= 0 && numbers[edge.To] >= 0)
                .Select(edge => edge with { From = numbers[edge.From], To = numbers[edge.To] })],
            [.. graph.Roots
                .Where(root => numbers[root.To] >= 0)
                .Select(root => root with { To = numbers[root.To] })]);
    }

    /// <summary>The graph with another, smaller node; edges out of words that it has lost go, those into them move.</summary>
    private static HeapGraph WithShape(HeapGraph graph, int node, NodeShape shape)
    {
        int words = shape.TotalWords;
        return new HeapGraph(
            Replaced(graph.Nodes, node, shape),
            [.. graph.Edges
                .Where(edge => edge.From != node || edge.Word < words)
                .Select(edge => edge.To != node ? edge : edge with { Inside = Math.Min(edge.Inside, words - 1) })],
            [.. graph.Roots
                .Select(root => root.To != node ? root : root with { Inside = Math.Min(root.Inside, words - 1) })]);
    }

    /// <summary>The graph with a node that lacks its first words: what refers to, or from, the others moves along.</summary>
    private static HeapGraph WithoutFirstWords(HeapGraph graph, int node, int words)
    {
        NodeShape shape = graph.Nodes[node];
        shape = shape with { Words = shape.Words - words, Pointers = shape.Pointers >> words };
        return new HeapGraph(
            Replaced(graph.Nodes, node, shape),
            [.. graph.Edges
                .Where(edge => edge.From != node || edge.Word >= words)
                .Select(edge => edge.From != node ? edge : edge with { Word = edge.Word - words })
                .Select(edge => edge.To != node ? edge : edge with { Inside = Math.Max(edge.Inside - words, 0) })],
            [.. graph.Roots
                .Select(root => root.To != node ? root : root with { Inside = Math.Max(root.Inside - words, 0) })]);
    }

    /// <summary>The list without runs of its items: of half its length, of a quarter, and so on down to one.</summary>
    private static IEnumerable<IReadOnlyList<T>> Sublists<T>(IReadOnlyList<T> list)
    {
        if (list.Count == 0)
        {
            yield break;
        }

        yield return [];
        for (int run = list.Count / 2; run > 0; run /= 2)
        {
            for (int start = 0; start < list.Count; start += run)
            {
                yield return [.. list.Where((_, i) => i < start || i >= start + run)];
            }
        }
    }

    private static T[] Replaced<T>(IReadOnlyList<T> list, int index, T item)
        => [.. list.Select((old, i) => i == index ? item : old)];
}
