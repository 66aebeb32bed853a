using Testbed.Models.Scenarios;
using Testbed.Sync;

namespace Testbed.Models;

/// <summary>All scenarios, in the order in which they are listed and hunted.</summary>
public static class Catalogue
{
    /// <summary>All scenarios.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new AllgGrowth(),
        new StopTheWorld(),
        new MarkrootSteal(),
        new HandoffGetfull(),
        new LockFreeListScenario(),
        new WholeCycle(),
        new CasPair(),
        new LongRun(),
        new Canary(),
    ];

    /// <summary>The scenario of that name, or null.</summary>
    /// <param name="name">The name, in lower case.</param>
    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);

    /// <summary>
    /// The body of a scenario on an engine. Bug hunts call this by reflection on a build of their own, so its shape is
    /// part of the contract with <c>Testbed.Bugs</c>.
    /// </summary>
    /// <typeparam name="TSync">The engine.</typeparam>
    /// <param name="name">The scenario's name.</param>
    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static Action Body<TSync>(string name)
        where TSync : struct, ISync
    {
        Scenario scenario = Find(name) ?? throw new ArgumentException($"there is no scenario '{name}'", nameof(name));
        return scenario.Run<TSync>;
    }
}
