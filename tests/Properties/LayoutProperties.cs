using Testbed.Explorer;
using Testbed.Properties.Layouts;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties;

/// <summary>
/// Of every type (pointers, strings, slices, interface values, arrays, regions, buffers) and every frame (locals and
/// arguments, with maps and without) exactly the words are followed that must be.
/// </summary>
public class LayoutProperties
{
    private const int SchedulesPerCase = 5;

    [Fact]
    public void Every_word_of_a_type_and_a_frame_counts_as_what_it_is()
        => PropertyCheck.Holds(LayoutCase.All, LayoutRun<NativeSync>.Run, count: 200);

    [Fact]
    public void Every_word_counts_as_what_it_is_under_every_schedule()
        => PropertyCheck.Holds(LayoutCase.All, Explore, count: 25);

    private static void Explore(LayoutCase layout)
    {
        var options = new ExplorationOptions
        {
            Seed = layout.FillSeed,
            MaxExecutions = SchedulesPerCase,
            MaxSteps = 100_000,
        };
        new Exploration("layouts", () => LayoutRun<ExplorerSync>.Run(layout), options).Run().ThrowIfFailed();
    }
}
