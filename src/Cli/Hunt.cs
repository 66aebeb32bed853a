using System.Diagnostics;
using System.Threading;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>Explores several scenarios one after the other within one budget of time.</summary>
/// <param name="targets">The scenarios.</param>
/// <param name="optionsFor">How each is explored, its timeout aside.</param>
/// <param name="budget">The time for all of them, or null for as long as it takes.</param>
internal sealed class Hunt(
    IReadOnlyList<HuntTarget> targets, Func<HuntTarget, ExplorationOptions> optionsFor, TimeSpan? budget)
{
    /// <summary>A canary's bug shows within milliseconds; when it has not by then it never will.</summary>
    private static readonly TimeSpan s_canaryBudget = TimeSpan.FromSeconds(5);

    /// <summary>Runs the hunt.</summary>
    /// <param name="view">Shows it.</param>
    /// <param name="finished">Called after each scenario, before the view is told.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <returns>The results of the scenarios that had a turn.</returns>
    public IReadOnlyList<HuntResult> Run(IHuntView view, Action<HuntResult> finished, CancellationToken cancel)
    {
        var results = new List<HuntResult>();
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < targets.Count && !cancel.IsCancellationRequested; i++)
        {
            HuntTarget target = targets[i];
            view.Started(target);
            ExplorationOptions share = optionsFor(target) with
            {
                Timeout = Share(target, targets.Count - i, clock.Elapsed),
            };
            ExplorationResult found = new Exploration(target.Name, target.Body, share)
                .Run(new Relay(progress => view.Progressed(target, progress)), cancel);
            var result = new HuntResult(target, found, cancel.IsCancellationRequested);
            results.Add(result);
            finished(result);
            view.Finished(result);
        }

        return results;
    }

    /// <summary>The time that is left is shared equally by the scenarios that are left.</summary>
    private TimeSpan? Share(HuntTarget target, int left, TimeSpan elapsed)
    {
        if (budget is not { } whole)
        {
            return target.MustFail ? s_canaryBudget : null;
        }

        TimeSpan share = (whole - elapsed) / left;
        if (share < TimeSpan.Zero)
        {
            share = TimeSpan.Zero;
        }

        return target.MustFail && share > s_canaryBudget ? s_canaryBudget : share;
    }

    /// <summary>Reports on the explorer's thread; <see cref="Progress{T}"/> would queue reports out of order.</summary>
    private sealed class Relay(Action<ExplorationProgress> report) : IProgress<ExplorationProgress>
    {
        public void Report(ExplorationProgress value) => report(value);
    }
}
