using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli.Weaken;

/// <summary>
/// Which scenarios come to which operation, and how often a second: measured by running each for a moment over the
/// collector as it is, with a counter at each operation.
/// </summary>
internal sealed class ReachedScenarios
{
    private const int Executions = 100;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IReadOnlyList<Scenario>> _byMutant;

    private ReachedScenarios(Dictionary<string, IReadOnlyList<Scenario>> byMutant) => _byMutant = byMutant;

    /// <summary>Measures.</summary>
    /// <param name="weakening">The operations.</param>
    /// <param name="scenarios">The scenarios that are hunted.</param>
    /// <param name="seed">The seed of the executions.</param>
    public static ReachedScenarios Measure(Weakening weakening, IReadOnlyList<Scenario> scenarios, ulong seed)
    {
        ReachBuild reach = weakening.BuildForReach();
        var rates = new Dictionary<string, List<(Scenario Scenario, double Rate)>>();
        foreach (Scenario scenario in scenarios)
        {
            reach.Reset();
            var options = new ExplorationOptions { Seed = seed, MaxExecutions = Executions, Timeout = s_timeout };
            ExplorationResult result =
                new Exploration(scenario.Name, reach.Build.Body<ExplorerSync>(scenario.Name), options).Run();
            foreach (Mutant mutant in weakening.Mutants.Where(mutant => reach.CountOf(mutant) > 0))
            {
                if (!rates.TryGetValue(mutant.Id, out List<(Scenario, double)>? entry))
                {
                    rates.Add(mutant.Id, entry = []);
                }

                entry.Add((scenario, HuntTable.Rate(reach.CountOf(mutant), result.Elapsed)));
            }
        }

        return new ReachedScenarios(rates.ToDictionary(
            entry => entry.Key,
            entry => (IReadOnlyList<Scenario>)
                [.. entry.Value.OrderByDescending(scenario => scenario.Rate).Select(scenario => scenario.Scenario)]));
    }

    /// <summary>The scenarios that come to a mutant's operation, the one that does so most often first.</summary>
    /// <param name="mutant">The mutant.</param>
    public IReadOnlyList<Scenario> Of(Mutant mutant) => _byMutant.GetValueOrDefault(mutant.Id, []);
}
