using System.Threading;
using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli.Bugs;

/// <summary>Puts a bug back into production code and hunts it once a seed, on one worker.</summary>
/// <param name="scenarios">The scenarios that there are.</param>
/// <param name="firstSeed">The first seed; each next one is greater by one.</param>
/// <param name="seeds">How many hunts a strategy has; the exhaustive one has one, since it draws nothing.</param>
/// <param name="timeout">How long a hunt takes at most, shrinking aside.</param>
/// <param name="shrinks">
/// Whether the first failure that it finds is shrunk, and the next ones, too, until one is left with no more preemptions
/// than the bug needs: what a failure shows as, and so how far it shrinks, differs from hunt to hunt.
/// </param>
internal sealed class BugHunt(
    IReadOnlyList<Scenario> scenarios, ulong firstSeed, int seeds, TimeSpan timeout, bool shrinks)
{
    /// <summary>So long that the budget of executions and steps ends first: the table is then the same on slow machines.</summary>
    private static readonly TimeSpan s_shrinkTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Hunts a bug by one strategy after the other.</summary>
    /// <param name="bug">The bug.</param>
    /// <param name="strategies">The strategies.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <returns>A result a strategy; null if it was ended early, since a median of what was left would be none.</returns>
    /// <exception cref="PatchException">The bug's diff does not apply or does not compile.</exception>
    public IReadOnlyList<BugResult>? Run(Bug bug, IReadOnlyList<string> strategies, CancellationToken cancel)
    {
        Workbench workbench = Workbench.WithBug(scenarios, bug);
        BugResult[] results = [.. strategies.Select(strategy => Run(workbench, bug, strategy, cancel))];
        return cancel.IsCancellationRequested ? null : results;
    }

    private BugResult Run(Workbench workbench, Bug bug, string strategy, CancellationToken cancel)
    {
        bool proves = strategy == Strategies.Exhaustive;
        HuntTarget target = workbench.Target(proves ? SmallScenarios.Of(bug, scenarios) : bug.Scenario);
        var hunts = new List<ExplorationResult>();
        for (int i = 0; i < (proves ? 1 : seeds); i++)
        {
            var options = new ExplorationOptions
            {
                Strategy = strategy,
                Interesting = target.Interesting,
                Seed = firstSeed + (ulong)i,
                Timeout = timeout,
                Shrink = shrinks
                    && hunts.SelectMany(hunt => hunt.Failures).All(left => left.Preemptions > bug.Preemptions),
                ShrinkTimeout = s_shrinkTimeout,
                Fingerprint = workbench.Fingerprint,
                Parameters = workbench.Parameters,
            };
            hunts.Add(new Exploration(target.Name, target.Body, options).Run(cancel: cancel));
        }

        return new BugResult(bug, target.Name, strategy, hunts);
    }
}
