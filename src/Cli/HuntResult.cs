using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>What a hunt found in one scenario.</summary>
/// <param name="Target">The scenario.</param>
/// <param name="Exploration">What the explorer did and found.</param>
/// <param name="Interrupted">Whether Ctrl+C ended it.</param>
internal sealed record HuntResult(HuntTarget Target, ExplorationResult Exploration, bool Interrupted)
{
    /// <summary>Whether a failure was found.</summary>
    public bool Failed => Exploration.Failures.Count > 0;

    /// <summary>Whether the checkpoint that it went on from tells of a failure.</summary>
    public bool FailedBefore => Exploration.Record.Failures.Count > Exploration.Failures.Count;

    /// <summary>Whether this is a canary that had its time and did not fail.</summary>
    public bool IsSilencedCanary => Target.MustFail && !Failed && !Interrupted;

    /// <summary>The result in a few words.</summary>
    public string Verdict
        => this switch
        {
            { Failed: true, Target.MustFail: true } => "canary: found",
            { Failed: true } => "BUG: " + KebabCase.From(Exploration.Failures[0].Kind),
            { Interrupted: true } => "interrupted",
            { IsSilencedCanary: true } => "CANARY NOT FOUND",
            { FailedBefore: true } => "found before: " + KebabCase.From(Exploration.Record.Failures[0].Kind),
            { Exploration: { Complete: true, Record.Shard.IsWhole: false } } => "clean, its part",
            { Exploration.Complete: true } => "clean, complete",
            { Exploration.IsCompleteWithinBound: true } => "clean within bound",
            _ => "clean",
        };
}
