namespace Testbed.Explorer;

/// <summary>
/// What the executions of earlier rounds have read from where, and the constraints under which they found something new.
/// </summary>
internal sealed class ReadsFromCorpus
{
    private readonly HashSet<ReadsFrom> _known = [];
    private readonly HashSet<AbstractEvent> _knownWrites = [];
    private readonly Dictionary<Place, Alternatives> _byPlace = [];

    /// <summary>In the order in which they were first seen.</summary>
    private readonly List<Alternatives> _places = [];

    /// <summary>Booked in this round.</summary>
    private readonly List<ReadsFromFinding> _round = [];

    /// <summary>The constraints to start from, the oldest first; the first one has none.</summary>
    internal List<IReadOnlyList<ReadsFromConstraint>> Entries { get; } = [[]];

    /// <summary>The places where a read has more than one write to read from.</summary>
    internal IReadOnlyList<Alternatives> Open { get; private set; } = [];

    /// <summary>Whether an execution of an earlier round has done this.</summary>
    internal bool Knows(ReadsFrom pair) => _known.Contains(pair);

    /// <summary>Whether an execution of an earlier round has done this.</summary>
    internal bool Knows(AbstractEvent write) => _knownWrites.Contains(write);

    /// <summary>An execution of this round has found something.</summary>
    internal void Book(ReadsFromFinding finding) => _round.Add(finding);

    /// <summary>All executions of the round have ended.</summary>
    internal void EndRound()
    {
        foreach (ReadsFromFinding finding in _round)
        {
            foreach (AbstractEvent write in finding.Writes.Where(_knownWrites.Add))
            {
                At(write.Place).Writes.Add(write);
            }

            ReadsFrom[] fresh = [.. finding.Pairs.Where(_known.Add)];
            foreach (ReadsFrom pair in fresh)
            {
                At(pair.Read.Place).Add(pair.Read);
            }

            if (fresh.Length > 0)
            {
                // The last of them is the farthest that anybody has come, so those that follow go that way first.
                List<ReadsFromConstraint> constraints = [.. finding.Constraints];
                new ReadsFromConstraint(fresh[^1], IsWanted: true).AddTo(constraints);
                Entries.Add(constraints);
            }
        }

        _round.Clear();
        Open = [.. _places.Where(place => place.Reads.Count > 0 && place.Writes.Count > 1)];
    }

    private Alternatives At(Place place)
    {
        if (!_byPlace.TryGetValue(place, out Alternatives? alternatives))
        {
            alternatives = new Alternatives(place);
            _byPlace.Add(place, alternatives);
            _places.Add(alternatives);
        }

        return alternatives;
    }

    /// <summary>What is known to read a place, and to write it, each in the order in which it was first seen.</summary>
    /// <param name="place">The place.</param>
    internal sealed class Alternatives(Place place)
    {
        /// <summary>The reads.</summary>
        internal List<AbstractEvent> Reads { get; } = [];

        /// <summary>The writes.</summary>
        internal List<AbstractEvent> Writes { get; } = [AbstractEvent.Initial(place)];

        /// <summary>Adds a read unless it is known.</summary>
        internal void Add(AbstractEvent read)
        {
            if (!Reads.Contains(read))
            {
                Reads.Add(read);
            }
        }
    }
}
