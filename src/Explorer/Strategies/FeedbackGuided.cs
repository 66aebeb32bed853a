namespace Testbed.Explorer;

/// <summary>
/// RFF: D. Wolff, Z. Shi, G. Duck, U. Mathur, A. Roychoudhury: Greybox Fuzzing for Concurrency Testing, ASPLOS 2024.
/// What is new about an execution is which read reads from which write. An execution tries some constraints of the
/// form that a read is, or is not, to read from a write; those of an execution that has found something new are the
/// start of others, which change one of them or add one.
/// </summary>
/// <remarks>
/// A thread whose next operation would break a constraint waits, as long as any other can go on; who goes on is decided
/// as by <see cref="PartialOrderSampling"/>. It departs from the paper in these points. Executions learn from those of
/// earlier rounds only, so that they are the same however many workers there are. To the constraints of an execution
/// that has found something new, that is added, so that others find it again. And of the entries of the corpus later
/// ones are drawn more often, where the paper counts how rare what they read is.
/// </remarks>
/// <param name="engine">The engine that runs it.</param>
/// <param name="corpus">What the executions of earlier rounds have found.</param>
internal sealed class FeedbackGuided(Engine engine, ReadsFromCorpus corpus) : IStrategy
{
    private readonly RacePriorities _priorities = new();
    private readonly Dictionary<Place, AbstractEvent> _lastWrites = [];
    private readonly HashSet<ReadsFrom> _pairs = [];
    private readonly HashSet<AbstractEvent> _writes = [];
    private List<ReadsFromConstraint> _constraints = [];

    /// <summary>By constraint: whether it is wanted and has come true.</summary>
    private readonly List<bool> _met = [];

    private List<ReadsFrom> _freshPairs = [];
    private List<AbstractEvent> _freshWrites = [];
    private int[] _candidates = [];
    private SchedulingRandom _random = new();

    /// <inheritdoc/>
    public Lesson? Lesson
        => _freshPairs.Count + _freshWrites.Count > 0
            ? new ReadsFromFinding(_constraints, _freshPairs, _freshWrites)
            : null;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _priorities.Begin(random);
        _lastWrites.Clear();
        _pairs.Clear();
        _writes.Clear();
        _freshPairs = [];
        _freshWrites = [];
        _constraints = Mutate();
        _met.Clear();
        _met.AddRange(Enumerable.Repeat(false, _constraints.Count));
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        int chosen = _priorities.Highest(Candidates(point), point.Pending);
        _priorities.Perform(chosen, point.Pending);
        if (point.Pending[chosen].HasPlace)
        {
            Note(point.Pending[chosen]);
        }

        return chosen;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);

    /// <summary>An entry of the corpus, with one constraint more, less or otherwise.</summary>
    private List<ReadsFromConstraint> Mutate()
    {
        // Of two the later one: it has had fewer chances so far.
        uint entries = (uint)corpus.Entries.Count;
        int entry = (int)Math.Max(_random.Next(entries), _random.Next(entries));
        List<ReadsFromConstraint> constraints = [.. corpus.Entries[entry]];
        if (corpus.Open.Count == 0)
        {
            return constraints;
        }

        int place = constraints.Count == 0 ? 0 : (int)_random.Next((uint)constraints.Count);
        switch (_random.Next(8))
        {
            case 0 when constraints.Count > 0:
                constraints.RemoveAt(place);
                break;
            case 1 when constraints.Count > 0:
                constraints[place] = constraints[place] with { IsWanted = !constraints[place].IsWanted };
                break;
            default:
                Draw().AddTo(constraints);
                break;
        }

        return constraints;
    }

    private ReadsFromConstraint Draw()
    {
        ReadsFromCorpus.Alternatives place = corpus.Open[(int)_random.Next((uint)corpus.Open.Count)];
        AbstractEvent read = place.Reads[(int)_random.Next((uint)place.Reads.Count)];
        AbstractEvent write = place.Writes[(int)_random.Next((uint)place.Writes.Count)];
        return new ReadsFromConstraint(new ReadsFrom(read, write), _random.Next(2) == 0);
    }

    /// <summary>Those who would break no constraint; all, if all would.</summary>
    private ReadOnlySpan<int> Candidates(in SchedulingPoint point)
    {
        if (_constraints.Count == 0)
        {
            return point.Enabled;
        }

        if (_candidates.Length < point.Enabled.Length)
        {
            Array.Resize(ref _candidates, Math.Max(2 * _candidates.Length, point.Enabled.Length));
        }

        int count = 0;
        foreach (int thread in point.Enabled)
        {
            if (!point.Pending[thread].HasPlace || !Breaks(point.Pending[thread]))
            {
                _candidates[count++] = thread;
            }
        }

        return count == 0 ? point.Enabled : _candidates.AsSpan(0, count);
    }

    /// <summary>Whether an operation breaks a constraint if it is performed now.</summary>
    private bool Breaks(in Operation operation)
    {
        AbstractEvent performed = AbstractEvent.Of(operation);
        for (int i = 0; i < _constraints.Count; i++)
        {
            ReadsFromConstraint constraint = _constraints[i];
            ReadsFrom pair = constraint.Pair;
            if (_met[i] || pair.Read.Place != performed.Place)
            {
                continue;
            }

            bool isThere = LastWrite(performed.Place) == pair.Write;
            bool breaks = performed == pair.Read
                ? isThere != constraint.IsWanted
                : isThere && constraint.IsWanted && Changes(operation);
            if (breaks)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An operation is performed.</summary>
    private void Note(in Operation operation)
    {
        AbstractEvent performed = AbstractEvent.Of(operation);
        if (Reads(operation))
        {
            var pair = new ReadsFrom(performed, LastWrite(performed.Place));
            if (_pairs.Add(pair) && !corpus.Knows(pair))
            {
                _freshPairs.Add(pair);
            }

            for (int i = 0; i < _constraints.Count; i++)
            {
                _met[i] |= _constraints[i].IsWanted && _constraints[i].Pair == pair;
            }
        }

        if (Changes(operation))
        {
            _lastWrites[performed.Place] = performed;
            if (_writes.Add(performed) && !corpus.Knows(performed))
            {
                _freshWrites.Add(performed);
            }
        }
    }

    private AbstractEvent LastWrite(Place place)
        => _lastWrites.TryGetValue(place, out AbstractEvent write) ? write : AbstractEvent.Initial(place);

    private static bool Reads(in Operation operation)
        => operation.Kind is not (OperationKind.RacyWrite or OperationKind.VolatileWrite
            or OperationKind.Exit or OperationKind.Clear or OperationKind.Wake);

    /// <summary>Whether later reads of the place read from this operation; of a lock, from who left it.</summary>
    private bool Changes(in Operation operation)
        => operation.IsAccess
            ? engine.WouldChange(operation, out _)
            : operation.Kind is OperationKind.Exit or OperationKind.Clear or OperationKind.Wake;
}
