namespace Testbed.Properties.Finalizers;

/// <summary>What must come of a graph: which finalizers run, in which collection's wake, and what is left.</summary>
internal sealed class FinalizerModel
{
    private readonly IReadOnlyList<FinalizerNode> _nodes;
    private readonly bool[] _kept;
    private readonly bool[] _waits;

    /// <summary>Collects again and again until nothing changes any more.</summary>
    internal FinalizerModel(FinalizerGraph graph)
    {
        _nodes = graph.Nodes;
        _kept = [.. _nodes.Select(node => node.IsRooted)];
        _waits = [.. _nodes.Select(node => node.HasFinalizer)];
        Rounds = new int[_nodes.Count];
        bool[] marked;
        for (int round = 1; ; round++)
        {
            marked = Mark();
            int[] found = [.. Enumerable.Range(0, _nodes.Count).Where(i => _waits[i] && !marked[i])];
            if (found.Length == 0)
            {
                break;
            }

            foreach (int i in found)
            {
                _waits[i] = false;
                _kept[i] |= _nodes[i].Resurrects;
                Rounds[i] = round;
            }
        }

        Survivors = marked.Count(isMarked => isMarked);
    }

    /// <summary>For each node, after which collection its finalizer runs, from 1; 0 if never.</summary>
    internal int[] Rounds { get; }

    /// <summary>How many objects are left at the end.</summary>
    internal int Survivors { get; }

    /// <summary>What is marked: from roots, and from what finalizers that have not run need; their objects are not.</summary>
    private bool[] Mark()
    {
        var marked = new bool[_nodes.Count];
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (_kept[i])
            {
                Mark(i, marked);
            }

            if (_waits[i])
            {
                foreach (int to in _nodes[i].References)
                {
                    Mark(to, marked);
                }

                if (_nodes[i].Closure >= 0)
                {
                    Mark(_nodes[i].Closure, marked);
                }
            }
        }

        return marked;
    }

    private void Mark(int node, bool[] marked)
    {
        if (!marked[node])
        {
            marked[node] = true;
            foreach (int to in _nodes[node].References)
            {
                Mark(to, marked);
            }
        }
    }
}
