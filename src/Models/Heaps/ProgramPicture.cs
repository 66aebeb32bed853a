using System.Globalization;
using System.Text;

namespace Testbed.Models.Heaps;

/// <summary>
/// Draws a mutator program: each goroutine's graph as trees that hang from its root slots, then its steps.
/// </summary>
/// <remarks>
/// A branch is labelled with the word that holds the reference. <c>--</c> is one that keeps its target alive, <c>~~</c>
/// one that is hidden from the collector; <c>n3+2</c> points two words into node 3; <c>^</c> marks a node that is drawn
/// elsewhere already. Nodes that nothing roots come last, as <c>garbage</c>.
/// </remarks>
public static class ProgramPicture
{
    private const int MaxDepth = 16;

    /// <summary>Draws a program.</summary>
    /// <param name="program">The program.</param>
    /// <returns>Several lines, each ended.</returns>
    public static string Draw(MutatorProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var text = new StringBuilder();
        for (int i = 0; i < program.Goroutines.Count; i++)
        {
            Line(text, i == 0 ? "goroutine 0 (main)" : $"goroutine {i}");
            text.Append(Draw(program.Goroutines[i].Graph));
            int step = 0;
            foreach (Operation operation in program.Goroutines[i].Operations)
            {
                step++;
                Line(text, $"  {step,2}. {operation}");
            }
        }

        return text.ToString();
    }

    /// <summary>Draws a heap graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>Several lines, each ended; none for an empty graph.</returns>
    public static string Draw(HeapGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var drawing = new GraphDrawing(graph);
        foreach (HeapRoot root in graph.Roots.OrderBy(root => root.Slot))
        {
            drawing.Tree($"  [{root.Slot}] -> ", root.To, root.Inside);
        }

        drawing.Rest();
        return drawing.ToString();
    }

    private static void Line(StringBuilder text, string line)
        => text.Append(CultureInfo.InvariantCulture, $"{line}\n");

    /// <summary>A graph while it is drawn.</summary>
    private sealed class GraphDrawing(HeapGraph graph)
    {
        private readonly StringBuilder _text = new();
        private readonly bool[] _drawn = new bool[graph.Nodes.Count];

        /// <summary>What is too deep to be drawn where it belongs.</summary>
        private readonly Queue<int> _deep = new();

        /// <inheritdoc/>
        public override string ToString() => _text.ToString();

        /// <summary>Draws a node and what hangs from it, and then what would have hung too deep.</summary>
        internal void Tree(string start, int node, int inside)
        {
            Branch(start, new string(' ', start.Length), node, inside, depth: 0);
            while (_deep.TryDequeue(out int deep))
            {
                if (!_drawn[deep])
                {
                    Branch("  ... ", "      ", deep, inside: 0, depth: 0);
                }
            }
        }

        /// <summary>Draws the nodes that no root reaches.</summary>
        internal void Rest()
        {
            for (int node = 0; node < _drawn.Length; node++)
            {
                if (!_drawn[node])
                {
                    Tree("  garbage ", node, inside: 0);
                }
            }
        }

        private void Branch(string start, string indent, int node, int inside, int depth)
        {
            string name = inside == 0 ? $"n{node}" : $"n{node}+{inside}";
            if (_drawn[node])
            {
                Line(_text, $"{start}{name} ^");
                return;
            }

            if (depth == MaxDepth)
            {
                Line(_text, $"{start}{name} ...");
                _deep.Enqueue(node);
                return;
            }

            _drawn[node] = true;
            Line(_text, $"{start}{name} {graph.Nodes[node]}");
            foreach (HeapEdge edge in graph.Edges.Where(edge => edge.From == node).OrderBy(edge => edge.Word))
            {
                string line = graph.Nodes[node].IsScanned(edge.Word) ? "--" : "~~";
                string label = $"{indent}  .{edge.Word} {line} ";
                Branch(label, indent + new string(' ', label.Length - indent.Length), edge.To, edge.Inside, depth + 1);
            }
        }
    }
}
