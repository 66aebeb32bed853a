using Testbed.Bugs;

namespace Testbed.Cli.Weaken;

/// <summary>What the hunt for a mutant came to. JSON files hold it as it is.</summary>
/// <param name="Id">The mutant's id.</param>
/// <param name="Path">Its source.</param>
/// <param name="Line">The operation's line, from 1.</param>
/// <param name="Kind">What was done to the operation.</param>
/// <param name="Operation">The operation, as the source has it.</param>
/// <param name="Source">The fingerprint of its source: the result holds as long as that is the same.</param>
/// <param name="Verdict">What became of it.</param>
internal sealed record MutantResult(
    string Id, string Path, int Line, MutationKind Kind, string Operation, string Source, MutantVerdict Verdict)
{
    /// <summary>The scenarios that were hunted, in the order of their turns.</summary>
    public IReadOnlyList<string> Hunted { get; init; } = [];

    /// <summary>The scenario that killed it, or null.</summary>
    public string? Scenario { get; init; }

    /// <summary>The kind of the failure, as traces name it, or null.</summary>
    public string? Failure { get; init; }

    /// <summary>Executions of all hunts, up to the failing one.</summary>
    public long Executions { get; init; }

    /// <summary>The time of all hunts, up to the failing one.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether nothing noticed the mutant.</summary>
    public bool IsSurvivor() => Verdict is MutantVerdict.Survived or MutantVerdict.Unreached;
}
