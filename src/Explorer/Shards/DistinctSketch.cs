namespace Testbed.Explorer;

/// <summary>
/// Counts how many of many hashes differ, in little memory, so that counts of several machines can be joined: it keeps the
/// smallest (Z. Bar-Yossef et al.: Counting Distinct Elements in a Data Stream, RANDOM 2002).
/// </summary>
/// <remarks>Exact below <see cref="Capacity"/>; from there on with a standard error of 3 %.</remarks>
internal sealed class DistinctSketch
{
    /// <summary>How many it keeps.</summary>
    internal const int Capacity = 1024;

    private readonly SortedSet<ulong> _smallest = [];

    /// <summary>Creates one that has seen what another one has kept.</summary>
    /// <param name="kept">What that one kept.</param>
    internal DistinctSketch(IEnumerable<ulong> kept)
    {
        foreach (ulong mixed in kept)
        {
            Keep(mixed);
        }
    }

    /// <summary>What it keeps, ascending.</summary>
    internal IReadOnlyList<ulong> Kept => [.. _smallest];

    /// <summary>How many differ, or about so many.</summary>
    internal long Count => _smallest.Count < Capacity
        ? _smallest.Count
        : (long)((Capacity - 1) / (_smallest.Max / (double)ulong.MaxValue));

    /// <summary>Counts a hash.</summary>
    internal void Add(ulong hash)
    {
        // Hashes of executions are spread well enough to tell them apart, not to be taken for random.
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        Keep(hash ^ (hash >> 31));
    }

    private void Keep(ulong mixed)
    {
        if (_smallest.Count < Capacity || mixed < _smallest.Max)
        {
            _smallest.Add(mixed);
            if (_smallest.Count > Capacity)
            {
                _smallest.Remove(_smallest.Max);
            }
        }
    }
}
