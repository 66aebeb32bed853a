using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Bench.Coyote;

/// <summary>The built-in explorer with its default strategy and one worker.</summary>
internal sealed class ExplorerContender : IContender
{
    /// <inheritdoc/>
    public string Name => "Testbed";

    /// <inheritdoc/>
    public HuntOutcome Hunt(PatchedBuild? build, string scenario, int seed, TimeSpan limit)
    {
        Action body = build?.Body<ExplorerSync>(scenario) ?? Catalogue.Body<ExplorerSync>(scenario);
        var options = new ExplorationOptions { Seed = (ulong)seed, Timeout = limit, Shrink = false };
        ExplorationResult result = new Exploration(scenario, body, options).Run();
        return new HuntOutcome(result.Executions, result.Elapsed.TotalSeconds, result.Failures.Count > 0);
    }
}
