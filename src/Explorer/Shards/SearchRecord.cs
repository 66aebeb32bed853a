namespace Testbed.Explorer;

/// <summary>
/// How far an exploration of one program has come: enough to go on from there in another process, and to join it with
/// those of other machines. It says nothing of what has been begun and not ended.
/// </summary>
public sealed record SearchRecord
{
    /// <summary>What is explored.</summary>
    public required string Scenario { get; init; }

    /// <summary>The strategy.</summary>
    public required string Strategy { get; init; }

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The bound on preemptions, or null.</summary>
    public required int? Preemptions { get; init; }

    /// <summary>The bound on an execution's steps.</summary>
    public required int MaxSteps { get; init; }

    /// <summary>The places whose order of use was said to matter most.</summary>
    public required IReadOnlyList<string> Interesting { get; init; }

    /// <summary>Names the build.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Which part it is of, and of how many.</summary>
    public required Shard Shard { get; init; }

    /// <summary>
    /// Of a sampled exploration: how many of the shard's executions were run, the first ones, without a gap.
    /// </summary>
    public long Sampled { get; init; }

    /// <summary>Of a sampled exploration: steps of all of them together.</summary>
    public long Steps { get; init; }

    /// <summary>
    /// Which executions differ: the smallest of their hashes; of an exhaustive search with a bound on preemptions or of a
    /// sampled one.
    /// </summary>
    public IReadOnlyList<ulong> Distinct { get; init; } = [];

    /// <summary>Of an exhaustive one: how many parts the whole search has; 0 as long as that is unknown.</summary>
    public int Cubes { get; init; }

    /// <summary>Of an exhaustive one: whether the bound on preemptions left something out while it was split.</summary>
    public bool IsCut { get; init; }

    /// <summary>Of an exhaustive one: the parts that were explored to their ends.</summary>
    public IReadOnlyList<CubeRecord> Done { get; init; } = [];

    /// <summary>The failures, in the order of their executions.</summary>
    public IReadOnlyList<RecordedFailure> Failures { get; init; } = [];

    /// <summary>Whether it is of an exhaustive search.</summary>
    public bool IsExhaustive => Strategy == Strategies.Exhaustive;

    /// <summary>Executions that ended.</summary>
    public long Executions => IsExhaustive ? Done.Sum(cube => cube.Executions) : Sampled;

    /// <summary>How many executions differ; about so many if there are more than a thousand.</summary>
    public long DistinctCount
        => IsExhaustive && Preemptions is null ? Executions : new DistinctSketch(Distinct).Count;

    /// <summary>What sets another exploration apart from this one, so that they cannot be parts of one; null if nothing.</summary>
    /// <param name="other">The other one.</param>
    public string? DifferenceFrom(SearchRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Differs("scenario", Scenario, other.Scenario)
            ?? Differs("strategy", Strategy, other.Strategy)
            ?? (IsExhaustive ? null : Differs("seed", Seed, other.Seed))
            ?? Differs("bound on preemptions", Preemptions?.ToString() ?? "none", other.Preemptions?.ToString() ?? "none")
            ?? Differs("bound on steps", MaxSteps, other.MaxSteps)
            ?? Differs("interesting places", string.Join(',', Interesting), string.Join(',', other.Interesting))
            ?? Differs("build", Fingerprint, other.Fingerprint)
            ?? Differs("number of shards", Shard.Count, other.Shard.Count);
    }

    /// <summary>A record of an exploration that has not begun.</summary>
    /// <param name="scenario">What is explored.</param>
    /// <param name="options">How.</param>
    public static SearchRecord Empty(string scenario, ExplorationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SearchRecord
        {
            Scenario = scenario,
            Strategy = options.Strategy,
            Seed = options.Seed,
            Preemptions = options.Preemptions,
            MaxSteps = options.MaxSteps,
            Interesting = options.Interesting,
            Fingerprint = options.Fingerprint,
            Shard = options.Shard,
        };
    }

    private static string? Differs<T>(string what, T one, T other)
        => Equals(one, other) ? null : $"its {what} is {other}, not {one}";
}
