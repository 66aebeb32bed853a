namespace Testbed.Explorer;

/// <summary>What an execution is to try.</summary>
/// <param name="Pair">A read and a write.</param>
/// <param name="IsWanted">Whether the read is to read from that write, or not to.</param>
internal readonly record struct ReadsFromConstraint(ReadsFrom Pair, bool IsWanted)
{
    /// <summary>More constraints than these are in each other's way.</summary>
    private const int Max = 16;

    /// <summary>Adds it to others in place of those that it contradicts; of too many the oldest goes.</summary>
    internal void AddTo(List<ReadsFromConstraint> others)
    {
        ReadsFromConstraint added = this;
        others.RemoveAll(other => other.Pair == added.Pair
            || (other.IsWanted && added.IsWanted && other.Pair.Read == added.Pair.Read));
        if (others.Count == Max)
        {
            others.RemoveAt(0);
        }

        others.Add(added);
    }
}
