using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>One goroutine's part of <see cref="Garbage"/>: its trees, and what it found.</summary>
/// <param name="syntax">The types of the trees.</param>
/// <param name="goroutine">The goroutine, which alone calls.</param>
/// <param name="kept">A frame of one slot or more for trees that are kept.</param>
/// <param name="newest">A frame of one slot for the newest tree.</param>
internal sealed class GarbageParser(
    HeapSyntax syntax, NativeGoroutine goroutine, NativeFrame kept, NativeFrame newest)
{
    private readonly SourceText?[] _sources = new SourceText?[kept.Count];
    private int _next;

    /// <summary>How many nodes the trees had.</summary>
    public long Nodes { get; private set; }

    /// <summary>The sum of the trees' checksums, wrapping around.</summary>
    public long Sum { get; private set; }

    /// <summary>How many trees were kept.</summary>
    public long Kept { get; private set; }

    /// <summary>How many kept trees were looked at again, when they went or at the end.</summary>
    public long Rechecked { get; private set; }

    /// <summary>Parses a text and looks at the tree.</summary>
    /// <param name="source">The text.</param>
    /// <param name="keep">Whether the tree stays for a while.</param>
    public void Parse(SourceText source, bool keep)
    {
        newest[0] = syntax.Parse(goroutine, source.Text);
        Nodes += HeapSyntax.Count(goroutine, newest[0]);
        Sum = unchecked(Sum + HeapSyntax.Sum(goroutine, newest[0], Checksum.Empty));
        if (keep)
        {
            Recheck(_next);
            kept[_next] = newest[0];
            _sources[_next] = source;
            _next = (_next + 1) % kept.Count;
            Kept++;
        }

        newest[0] = Reference.Null;
    }

    /// <summary>Looks at all trees that are kept.</summary>
    /// <exception cref="Sync.OracleException">One is not what it was.</exception>
    public void CheckKept()
    {
        for (int i = 0; i < kept.Count; i++)
        {
            Recheck(i);
        }
    }

    private void Recheck(int slot)
    {
        if (_sources[slot] is not { } source)
        {
            return;
        }

        long sum = HeapSyntax.Sum(goroutine, kept[slot], Checksum.Empty);
        WorkloadRun.Require($"the checksum of the kept tree of {source.Name}", sum, source.Sum);
        Rechecked++;
    }
}
