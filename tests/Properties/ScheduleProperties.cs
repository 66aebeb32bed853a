using Testbed.Explorer;
using Testbed.Models.Heaps;
using Testbed.Properties.Generation;
using Xunit;

namespace Testbed.Properties;

/// <summary>Generated programs under generated schedules.</summary>
public class ScheduleProperties
{
    private const int SchedulesPerCase = 20;

    [Fact]
    public void Every_schedule_keeps_what_is_reachable_and_nothing_else()
        => PropertyCheck.Holds(HeapCase.ForSchedules, Explore, count: 60);

    private static void Explore(HeapCase generated)
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
            generated.Settings.ConservativeFrames);
    }
}
