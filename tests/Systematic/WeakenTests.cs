using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;
using Xunit;

namespace Testbed.Systematic;

/// <summary>
/// A mutant of each kind is killed, and each that once was a hole in the catalogue of scenarios: a small part of what
/// <c>testbed weaken</c> does, for every change.
/// </summary>
public class WeakenTests
{
    private const int ExecutionsMax = 5_000;

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
    [InlineData("World/Scheduler.SystemCalls/EnterSystemCall/delay-update/1", "stop-the-world")]
    [InlineData("Channels/ChannelTable/Register/drop-lock/1", "shared-heap")]
    [InlineData("World/Scheduler.Crash/WaitForDump/drop-lock/1", "forced-collection")]
    [InlineData("World/Scheduler.ExtraMachines/Call/split-update/1", "extra-m")]
    [InlineData("World/Scheduler.Monitor/EndPreemption/split-update/1", "crash-while-holding-allglock")]
    [InlineData("World/Scheduler.Monitor/Preempt/split-update/1", "crash-while-holding-allglock")]
    [InlineData("World/Scheduler.StopTheWorld/StartTheWorld/split-update/1", "forced-collection")]
    [InlineData("World/Scheduler/WakeProcessor/split-update/1", "run-queue")]
    public void A_mutant_is_killed(string id, string scenario)
    {
        Mutant mutant = Assert.Single(Weakening.OfCollector.Mutants, entry => entry.Id == id);
        Action body = Weakening.OfCollector.Build(mutant).Body<ExplorerSync>(scenario);
        var options = new ExplorationOptions
        {
            MaxExecutions = ExecutionsMax,
            Interesting = Catalogue.Find(scenario)!.Interesting,
            Shrink = false,
        };
        ExplorationResult result = new Exploration(scenario, body, options)
            .Run(cancel: TestContext.Current.CancellationToken);
        Assert.NotEqual(FailureKind.Stalled, Assert.Single(result.Failures).Kind);
    }
}
