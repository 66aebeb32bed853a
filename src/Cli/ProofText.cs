using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>What the exhaustive strategy says about a scenario, in one line.</summary>
internal static class ProofText
{
    /// <summary>The line.</summary>
    /// <param name="found">What it found.</param>
    public static string Of(ExplorationResult found)
        => $"{found.Scenario}: {found.Verdict} ({HuntTable.Number(found.Executions)} executions, "
            + $"{HuntTable.Number(found.Blocked)} blocked, at most {HuntTable.Number(found.Depth)} steps each)"
            + (found.Estimate is { } estimate ? $"; there are {estimate}" : "");
}
