using Testbed.Explorer;
using Testbed.Models.Heaps;
using Testbed.Models.Oracles;
using Testbed.Properties.Faults;
using Testbed.Properties.Generation;
using Xunit;

namespace Testbed.Properties;

/// <summary>Generated programs under generated schedules.</summary>
public class ScheduleProperties
{
    private const int SchedulesPerCase = 20;

    [Fact]
    public void Every_schedule_keeps_what_is_reachable_and_nothing_else()
        => PropertyCheck.Holds(
            HeapCase.ForSchedules, large => Explore(large, shadow => new ShadowOracle<ExplorerSync>(shadow)), count: 60);

    [Fact]
    public void A_fault_that_takes_two_goroutines_and_the_right_schedule_is_found_and_shrinks()
    {
        // Only a collection that runs before goroutine 1 has dropped its roots goes wrong.
        var fault = new Fault(FaultKind.OverwritesLastWord, node => node.Owner == 1 && node.Shape.TotalWords > 1);
        PropertyFailure<HeapCase>? failure = PropertyCheck.FindFailure(
            HeapCase.ForSchedules,
            large => Explore(large, shadow => new FaultyOracle<ExplorerSync>(shadow, fault)),
            count: 60);

        Assert.NotNull(failure);
        Assert.Contains("node 1.0 (", failure.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.Shrunk.Program.Goroutines.Count);
        Assert.InRange(failure.Shrunk.Nodes, 1, 2);
    }

    private static void Explore(
        HeapCase generated, Func<ShadowHeap, ShadowOracle<ExplorerSync>> makeOracle)
    {
        var options = new ExplorationOptions
        {
            Seed = generated.ScheduleSeed,
            MaxExecutions = SchedulesPerCase,
            MaxSteps = 100_000,
        };
        ExplorationResult result = new Exploration("property", Body, options).Run();
        if (result.Failures.Count > 0)
        {
            Failure failure = result.Failures[0];
            Assert.Fail($"{failure.Kind} in execution {failure.Execution}, step {failure.Steps}: {failure.Message}");
        }

        void Body() => ProgramRunner<ExplorerSync>.Run(
            generated.Program,
            generated.Settings.ToOptions(generated.Program),
            generated.Settings.ConservativeFrames,
            makeOracle);
    }
}
