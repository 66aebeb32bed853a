using Testbed.Bugs;
using Testbed.Explorer;
using Xunit;

namespace Testbed.Systematic;

/// <summary>A mutant of each kind is killed: a small part of what <c>testbed weaken</c> does, for every change.</summary>
public class WeakenTests
{
    private const int ExecutionsMax = 2_000;

    [Theory]
    [InlineData("World/AllGoroutines/Add/drop-lock/1", "allg-growth")]
    [InlineData("World/AllGoroutines/Add/swap-stores/1", "allg-growth")]
    [InlineData("Mark/LockFreeList/TryPop/split-compare-exchange/1", "lock-free-list")]
    [InlineData("Mark/LockFreeList/Push/plain-read/1", "lock-free-list")]
    [InlineData("Mark/MarkTermination/CountIdle/split-update/1", "handoff-getfull")]
    [InlineData("Mark/MarkTermination/Fail/plain-write/1", "world-failure")]
    [InlineData("Mark/WorkBuffers/GetFull/drop-spin/1", "handoff-getfull")]
    [InlineData("World/Collection/Help/drop-wake/1", "cache-flush")]
    [InlineData("World/Collection/Collect/drop-sleep/1", "cache-flush")]
    [InlineData("World/Collection/Collect/drop-clear/1", "cache-flush")]
    [InlineData("World/Scheduler.Idle/ExitMachines/drop-join/2", "cache-flush")]
    public void A_mutant_is_killed(string id, string scenario)
    {
        Mutant mutant = Assert.Single(Weakening.OfCollector.Mutants, entry => entry.Id == id);
        Action body = Weakening.OfCollector.Build(mutant).Body<ExplorerSync>(scenario);
        var options = new ExplorationOptions { MaxExecutions = ExecutionsMax, Shrink = false };
        ExplorationResult result = new Exploration(scenario, body, options)
            .Run(cancel: TestContext.Current.CancellationToken);
        Assert.NotEqual(FailureKind.Stalled, Assert.Single(result.Failures).Kind);
    }
}
