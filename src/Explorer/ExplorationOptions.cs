using System.Collections.ObjectModel;

namespace Testbed.Explorer;

/// <summary>How to explore.</summary>
public sealed record ExplorationOptions
{
    /// <summary>Execution number n is a function of this and n (and of nothing else).</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>After so many executions it ends.</summary>
    public long MaxExecutions { get; init; } = long.MaxValue;

    /// <summary>After so much time it ends; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How many executions run at a time, each worker on a processor of its own; at least 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>One of <see cref="Strategies.Names"/>.</summary>
    public string Strategy { get; init; } = Strategies.Default;

    /// <summary>
    /// The blocks, fields, locks and notes whose order of use matters most, by patterns of their names as reports show
    /// them: <c>work.*</c>, <c>bitmap.marks[*</c>. The selectively uniform strategy goes by them; when there are none, it
    /// draws its own.
    /// </summary>
    public IReadOnlyList<string> Interesting { get; init; } = [];

    /// <summary>
    /// How many preemptions an execution has at most; null for all interleavings by the exhaustive strategy, and for 2 by
    /// the preemption-bounded one. Others ignore it.
    /// </summary>
    public int? Preemptions { get; init; }

    /// <summary>An execution with more steps fails; at least 1.</summary>
    public int MaxSteps { get; init; } = 20_000;

    /// <summary>After so many failing executions it ends; at least 1.</summary>
    public int MaxFailures { get; init; } = 1;

    /// <summary>Which part of the exploration this is; <see cref="MaxExecutions"/> bounds all parts together.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>
    /// How far an exploration with the same options had come, to go on from there; null to begin. Not with
    /// <see cref="Strategies.Feedback"/>, for which an execution depends on all before it.
    /// </summary>
    public SearchRecord? Earlier { get; init; }

    /// <summary>
    /// Told every few seconds how far it has come, and at the end, on the thread that explores; or null.
    /// </summary>
    public Action<SearchRecord>? Checkpoint { get; init; }

    /// <summary>
    /// Whether an execution fails that leaves blocks, locks, notes or threads behind which nobody gave back.
    /// </summary>
    public bool ReportLeaks { get; init; } = true;

    /// <summary>A thread that takes no step for so long is reported, and the exploration given up.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a failure is made as small as it gets before it is reported.</summary>
    public bool Shrink { get; init; } = true;

    /// <summary>Shrinking a failure takes at most so many steps in all its executions.</summary>
    internal const long ShrinkSteps = 40_000_000;

    /// <summary>Shrinking a failure runs at most so many executions.</summary>
    public int ShrinkExecutions { get; init; } = 20_000;

    /// <summary>
    /// Shrinking a failure takes at most so long, beyond <see cref="Timeout"/>. What it then comes to depends on the
    /// machine.
    /// </summary>
    public TimeSpan ShrinkTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where <see cref="Explore.Check"/> writes the trace of a failure; created with the first.</summary>
    public string TraceFolder { get; init; } = Path.Combine("TestResults", "traces");

    /// <summary>Names the build that is explored; written to traces.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What else a replay must know; written to traces.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// How threads wait for their turn; tests choose the portable way, all else the fastest there is.
    /// </summary>
    internal HandOff HandOff { get; init; } = HandOffs.Fastest;

    /// <summary>Whether the exhaustive strategy runs one of all equivalent executions; tests run them all.</summary>
    internal bool IsReduced { get; init; } = true;

    /// <summary>Whether the exhaustive strategy counts the traces that differ, though by design all do.</summary>
    internal bool CountsTraces { get; init; }

    /// <summary>How often <see cref="Checkpoint"/> is told.</summary>
    internal TimeSpan CheckpointPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many parts an exhaustive search is split into, for its workers and machines.</summary>
    internal int Cubes { get; init; } = 64;

    /// <summary>
    /// An exhaustive search is split that has not ended after so many executions; until then one worker alone is faster.
    /// </summary>
    internal long ExecutionsAlone { get; init; } = 1_000;

    /// <summary>Whether one execution stands for all that are equivalent to it.</summary>
    internal bool Reduces => IsReduced && Preemptions is null;

    /// <summary>
    /// How often wait loops look. With a bound on preemptions they take their turns: the execution that stands for one
    /// in which a turn was left out may need a preemption more.
    /// </summary>
    internal WaitRule Waits
        => Strategy == Strategies.Exhaustive && Preemptions is null ? WaitRule.OneTurn : WaitRule.TakeTurns;

    /// <summary>What traces call the strategy.</summary>
    internal string StrategyInTraces
        => Preemptions is { } bound && Strategies.IsBounded(Strategy) ? $"{Strategy} --preemptions {bound}" : Strategy;

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentException">A value makes no sense.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxExecutions);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFailures, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ShrinkExecutions);
        ArgumentOutOfRangeException.ThrowIfLessThan(ShrinkTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(StallLimit, TimeSpan.FromMilliseconds(1));
        if (Preemptions is { } preemptions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(preemptions);
        }

        if (Timeout is { } timeout)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        }

        if (Shard.Number < 1 || Shard.Number > Shard.Count)
        {
            throw new ArgumentException($"there is no shard {Shard}", nameof(Shard));
        }

        if (Strategy == Strategies.Feedback && (!Shard.IsWhole || Earlier is not null))
        {
            throw new ArgumentException($"the strategy {Strategy} has no shards and cannot be gone on with", nameof(Strategy));
        }

        if (!Strategies.Names.Contains(Strategy))
        {
            throw new ArgumentException(
                $"there is no strategy '{Strategy}'; there are {string.Join(", ", Strategies.Names)}",
                nameof(Strategy));
        }
    }
}
