namespace Testbed.Models.Heaps;

/// <summary>
/// What must be on the heap and what must root it, kept apart from the heap and known without the collector.
/// </summary>
/// <remarks>
/// Plain managed data, so that keeping it is no step to an engine. A goroutine writes its own roots and nodes between
/// safepoints, the globals under their lock; everything together is read while the world is stopped, which orders it
/// after all of that.
/// </remarks>
internal sealed class ShadowHeap
{
    private readonly ShadowReference[][] _roots;
    private readonly ShadowReference[][] _buildRoots;
    private long _searches;

    /// <summary>Nothing yet.</summary>
    internal ShadowHeap(MutatorProgram program)
    {
        _roots = [.. program.Goroutines.Select(_ => new ShadowReference[program.Slots])];
        _buildRoots = [.. program.Goroutines.Select(goroutine => new ShadowReference[goroutine.Graph.Nodes.Count])];
        Globals = new ShadowReference[program.Globals];
    }

    /// <summary>The global references.</summary>
    internal ShadowReference[] Globals { get; }

    /// <summary>The root slots of a goroutine.</summary>
    internal ShadowReference[] RootsOf(int goroutine) => _roots[goroutine];

    /// <summary>The slots that hold all nodes of a goroutine's graph while it builds it.</summary>
    internal ShadowReference[] BuildRootsOf(int goroutine) => _buildRoots[goroutine];

    /// <summary>
    /// All nodes that a root reaches through references that are not hidden; while nothing else runs.
    /// </summary>
    internal List<ShadowNode> FindReachable()
    {
        long search = ++_searches;
        var found = new List<ShadowNode>();
        foreach (ShadowReference[] roots in _roots.Concat(_buildRoots).Append(Globals))
        {
            foreach (ShadowReference root in roots)
            {
                Find(root.Node);
            }
        }

        // The list grows while it is walked: it is its own queue.
        for (int i = 0; i < found.Count; i++)
        {
            foreach ((int word, ShadowReference reference) in found[i].References)
            {
                if (found[i].Shape.IsScanned(word))
                {
                    Find(reference.Node);
                }
            }
        }

        return found;

        void Find(ShadowNode? node)
        {
            if (node is not null && node.FoundBy != search)
            {
                node.FoundBy = search;
                found.Add(node);
            }
        }
    }
}
