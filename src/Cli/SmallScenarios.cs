using Testbed.Bugs;
using Testbed.Models;

namespace Testbed.Cli;

/// <summary>The scenarios that are small enough for a proof, and what they are called.</summary>
internal static class SmallScenarios
{
    /// <summary>What such a scenario's name has after that of the larger one.</summary>
    private const string Suffix = "-small";

    /// <summary>The scenario that is proved when one is named, which may have a small one of its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="scenarios">The scenarios that there are.</param>
    public static string Of(string name, IReadOnlyList<Scenario> scenarios)
        => scenarios.Any(entry => entry.Name == name + Suffix) ? name + Suffix : name;

    /// <summary>The scenario in which the exhaustive strategy is to find a bug.</summary>
    /// <param name="bug">The bug.</param>
    /// <param name="scenarios">The scenarios that there are.</param>
    public static string Of(Bug bug, IReadOnlyList<Scenario> scenarios)
        => bug.SmallScenario ?? Of(bug.Scenario, scenarios);
}
