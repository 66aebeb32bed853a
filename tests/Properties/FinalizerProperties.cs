using Testbed.Explorer;
using Testbed.Properties.Finalizers;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties;

/// <summary>
/// In every graph of objects with finalizers exactly those finalizers run that must, once, objects before those that
/// they lead to, with all that they lead to intact; and what is left at the end is what must be.
/// </summary>
public class FinalizerProperties
{
    private const int SchedulesPerCase = 10;

    [Fact]
    public void Finalizers_run_as_they_must_on_real_threads()
        => PropertyCheck.Holds(FinalizerGraph.ForThreads, FinalizerRun<NativeSync>.Run, count: 100);

    [Fact]
    public void Finalizers_run_as_they_must_under_every_schedule()
        => PropertyCheck.Holds(FinalizerGraph.ForSchedules, Explore, count: 25);

    private static void Explore(FinalizerGraph graph)
    {
        var options = new ExplorationOptions
        {
            Seed = graph.ScheduleSeed,
            MaxExecutions = SchedulesPerCase,
            MaxSteps = 100_000,
        };
        new Exploration("finalizers", () => FinalizerRun<ExplorerSync>.Run(graph), options).Run().ThrowIfFailed();
    }
}
