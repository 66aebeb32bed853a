using System.Globalization;

namespace Testbed.Explorer;

/// <summary>What an exploration found.</summary>
/// <param name="Scenario">The name of what was explored.</param>
/// <param name="Strategy">The strategy.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Executions">Executions that ended.</param>
/// <param name="Distinct">How many of them differ in the sequence of (thread, operation, location).</param>
/// <param name="Steps">Steps of all of them together.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Complete">Whether there is no execution that it did not cover.</param>
/// <param name="Failures">The failing executions, in order.</param>
public sealed record ExplorationResult(
    string Scenario,
    string Strategy,
    ulong Seed,
    long Executions,
    long Distinct,
    long Steps,
    TimeSpan Elapsed,
    bool Complete,
    IReadOnlyList<Failure> Failures)
{
    /// <summary>Executions that the exhaustive strategy cut short, since another one stands for them.</summary>
    public long Blocked { get; init; }

    /// <summary>The most steps that an execution of the exhaustive strategy had; 0 for the others.</summary>
    public int Depth { get; init; }

    /// <summary>How far it has come, for another exploration to go on from there.</summary>
    public required SearchRecord Record { get; init; }

    /// <summary>What an exhaustive search that was ended early says of its size; null if nothing.</summary>
    public SearchEstimate? Estimate { get; init; }

    /// <summary>The bound on preemptions, or null.</summary>
    public int? Preemptions { get; init; }

    /// <summary>Whether no execution within the bound on preemptions was left out and none failed.</summary>
    public bool IsCompleteWithinBound { get; init; }

    /// <summary>What the strategy <c>pct</c> promises for its executions; null for the others.</summary>
    public DepthGuarantee? Guarantee { get; init; }

    /// <summary>What the exploration says about the program, and within which bounds.</summary>
    public string Verdict
        => this switch
        {
            { Failures.Count: > 0 } => $"it fails: {KebabCase.Of(Failures[0].Kind)}",
            { Record.Failures.Count: > 0 } => $"it failed: {KebabCase.Of(Record.Failures[0].Kind)}",
            { Complete: true, Record.Shard.IsWhole: false } => $"part {Record.Shard} explored: no failure",
            { Complete: true } => "every interleaving explored: no failure",
            { IsCompleteWithinBound: true, Record.Shard.IsWhole: false } => string.Create(
                CultureInfo.InvariantCulture,
                $"part {Record.Shard} with at most {Preemptions} preemptions explored: no failure"),
            { IsCompleteWithinBound: true } => string.Create(
                CultureInfo.InvariantCulture,
                $"every interleaving with at most {Preemptions} preemptions explored: no failure"),
            _ => "not every interleaving explored: no failure so far",
        };

    /// <summary>Throws when a failure was found; the message shows the first one's schedule and the seed.</summary>
    /// <exception cref="ExplorationFailedException">A failure was found.</exception>
    public void ThrowIfFailed()
    {
        if (Failures.Count > 0)
        {
            throw new ExplorationFailedException(this);
        }
    }
}
