namespace Testbed.Cli.Heaps;

/// <summary>
/// What each object keeps alive by itself: the bytes of all objects that every way from the roots leads through it to. By
/// dominators, after K. Cooper, T. Harvey and K. Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
/// </summary>
internal sealed class Retained
{
    /// <summary>For each object its number, and last the one of what holds the roots.</summary>
    private readonly int[][] _targets;

    /// <summary>The numbers of what can be reached, each after all that it leads to first.</summary>
    private readonly List<int> _postorder = [];

    /// <summary>For each number its place in <see cref="_postorder"/>; -1 if it cannot be reached.</summary>
    private readonly int[] _place;

    /// <summary>For each number the nearest through which all ways lead; -1 if not known yet.</summary>
    private readonly int[] _dominators;

    private readonly long[] _bytes;

    /// <summary>Finds what is retained in a dump.</summary>
    public Retained(HeapDump dump)
    {
        int root = dump.Objects.Count;
        _targets =
        [
            .. dump.Objects.Select(item => item.To.Select(dump.NumberOf).ToArray()),
            [.. dump.Roots.Select(line => dump.NumberOf(line.To))],
        ];
        _place = new int[root + 1];
        Array.Fill(_place, -1);
        _dominators = new int[root + 1];
        Array.Fill(_dominators, -1);
        _bytes = new long[root + 1];
        Walk(root);
        FindDominators(root);
        for (int i = 0; i < _postorder.Count - 1; i++)
        {
            int number = _postorder[i];
            _bytes[number] += dump.BytesOf(dump.Objects[number]);
            _bytes[_dominators[number]] += _bytes[number];
        }
    }

    /// <summary>Whether an object can be reached from a root.</summary>
    public bool IsReached(int number) => _place[number] >= 0;

    /// <summary>The bytes that an object keeps alive, its own included; 0 if it cannot be reached.</summary>
    public long BytesOf(int number) => _bytes[number];

    /// <summary>A walk in depth, without recursion: heaps are deeper than stacks.</summary>
    private void Walk(int root)
    {
        var seen = new bool[_targets.Length];
        var path = new Stack<(int Number, int Next)>();
        seen[root] = true;
        path.Push((root, 0));
        while (path.TryPop(out (int Number, int Next) at))
        {
            if (at.Next == _targets[at.Number].Length)
            {
                _place[at.Number] = _postorder.Count;
                _postorder.Add(at.Number);
                continue;
            }

            path.Push((at.Number, at.Next + 1));
            int target = _targets[at.Number][at.Next];
            if (!seen[target])
            {
                seen[target] = true;
                path.Push((target, 0));
            }
        }
    }

    private void FindDominators(int root)
    {
        List<int>[] sources = FindSources();
        _dominators[root] = root;
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = _postorder.Count - 2; i >= 0; i--)
            {
                int number = _postorder[i];
                int found = sources[number].Where(source => _dominators[source] >= 0).Aggregate(Common);
                changed |= found != _dominators[number];
                _dominators[number] = found;
            }
        }
    }

    /// <summary>For each number those that can be reached and lead to it.</summary>
    private List<int>[] FindSources()
    {
        var sources = new List<int>[_targets.Length];
        foreach (int number in _postorder)
        {
            foreach (int target in _targets[number])
            {
                (sources[target] ??= []).Add(number);
            }
        }

        return sources;
    }

    /// <summary>The nearest through which all ways to both lead, as far as is known.</summary>
    private int Common(int left, int right)
    {
        while (left != right)
        {
            while (_place[left] < _place[right])
            {
                left = _dominators[left];
            }

            while (_place[right] < _place[left])
            {
                right = _dominators[right];
            }
        }

        return left;
    }
}
