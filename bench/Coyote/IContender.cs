using Testbed.Bugs;

namespace Testbed.Bench.Coyote;

/// <summary>An engine with a strategy.</summary>
internal interface IContender
{
    /// <summary>What the tables call it.</summary>
    string Name { get; }

    /// <summary>Hunts until the first failure, or until time is up.</summary>
    /// <param name="build">The collector to hunt in; null for production.</param>
    /// <param name="scenario">The scenario to run.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="limit">How long at most.</param>
    HuntOutcome Hunt(PatchedBuild? build, string scenario, int seed, TimeSpan limit);
}
