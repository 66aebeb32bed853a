using Testbed.Explorer;
using Testbed.Properties.SpanTypes;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties;

/// <summary>However many types the objects of a span have, each has its own.</summary>
public class SpanTypeProperties
{
    private const int SchedulesPerCase = 10;

    [Fact]
    public void An_object_has_the_type_that_was_set_on_real_threads()
        => PropertyCheck.Holds(SpanTypeCase.All, SpanTypeRun<NativeSync>.Run, count: 300);

    [Fact]
    public void An_object_has_the_type_that_was_set_under_every_schedule()
        => PropertyCheck.Holds(SpanTypeCase.All, Explore, count: 50);

    private static void Explore(SpanTypeCase generated)
    {
        var options = new ExplorationOptions
        {
            Seed = generated.ScheduleSeed,
            MaxExecutions = SchedulesPerCase,
            MaxSteps = 100_000,
        };
        new Exploration("span types", () => SpanTypeRun<ExplorerSync>.Run(generated), options).Run().ThrowIfFailed();
    }
}
