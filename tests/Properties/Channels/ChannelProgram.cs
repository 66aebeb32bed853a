using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Testbed.Properties.Channels;

/// <summary>What a goroutine does in one step.</summary>
internal enum StepKind
{
    /// <summary>Sends, receives, or selects among several of these.</summary>
    Operate,

    /// <summary>Closes a channel.</summary>
    Close,

    /// <summary>Collects.</summary>
    Collect,

    /// <summary>Lets others run.</summary>
    Yield,
}

/// <summary>A send or a receive.</summary>
/// <param name="Channel">The number of its channel.</param>
/// <param name="Sends">Whether it sends.</param>
internal sealed record StepCase(int Channel, bool Sends)
{
    /// <inheritdoc/>
    public override string ToString() => Sends ? $"c{Channel}<-" : $"<-c{Channel}";
}

/// <summary>A step of a goroutine.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Cases">Of what it does one; of a close, the channel.</param>
/// <param name="HasDefault">Whether it goes on if none is ready.</param>
internal sealed record ChannelStep(StepKind Kind, IReadOnlyList<StepCase> Cases, bool HasDefault)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        StepKind.Operate => $"{string.Join('|', Cases)}{(HasDefault ? "|default" : "")}",
        StepKind.Close => $"close c{Cases[0].Channel}",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>A program of goroutines that share some channels.</summary>
/// <param name="Capacities">How many elements each channel holds.</param>
/// <param name="Goroutines">The steps of each.</param>
/// <param name="Processors">How many run at a time.</param>
/// <param name="ScheduleSeed">What the explorer goes by.</param>
internal sealed record ChannelProgram(
    IReadOnlyList<int> Capacities,
    IReadOnlyList<IReadOnlyList<ChannelStep>> Goroutines,
    int Processors,
    ulong ScheduleSeed)
{
    /// <summary>There are no more channels.</summary>
    internal const int ChannelsMax = 3;

    /// <summary>No step has more cases.</summary>
    internal const int CasesMax = 3;

    /// <summary>No goroutine has more steps.</summary>
    internal const int StepsMax = 5;

    /// <summary>There are no more goroutines.</summary>
    internal const int GoroutinesMax = 4;

    /// <summary>Generated programs; each shrinks by goroutines, steps and cases that are left out.</summary>
    internal static Arbitrary<ChannelProgram> All { get; } = Arb.From(Draw(), Shrink);

    /// <summary>A line a goroutine.</summary>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"channels of {string.Join(", ", Capacities)}, {Processors} processors, schedules from {ScheduleSeed}\n")
            + string.Join("\n", Goroutines.Select((steps, number) => $"goroutine {number}: {string.Join("; ", steps)}"));

    private static Gen<ChannelProgram> Draw()
        => from channels in Gen.Choose(1, ChannelsMax)
           from capacities in Gen.ListOf(Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Constant(1)), (1, Gen.Constant(2))), channels)
           from count in Gen.Choose(1, GoroutinesMax)
           from goroutines in Gen.ListOf(Steps(channels), count)
           from processors in Gen.Choose(1, 2)
           from seed in Gen.Choose(1, int.MaxValue)
           select new ChannelProgram(capacities, goroutines, processors, (ulong)seed);

    private static Gen<IReadOnlyList<ChannelStep>> Steps(int channels)
        => from count in Gen.Choose(1, StepsMax)
           from steps in Gen.ListOf(Step(channels), count)
           select (IReadOnlyList<ChannelStep>)steps;

    private static Gen<ChannelStep> Step(int channels)
        => from kind in Gen.Frequency(
               (12, Gen.Constant(StepKind.Operate)),
               (2, Gen.Constant(StepKind.Close)),
               (1, Gen.Constant(StepKind.Collect)),
               (1, Gen.Constant(StepKind.Yield)))
           from count in Gen.Frequency((3, Gen.Constant(1)), (2, Gen.Constant(2)), (1, Gen.Constant(CasesMax)))
           from cases in Gen.ListOf(Case(channels), kind == StepKind.Operate ? count : 1)
           from hasDefault in Gen.Choose(0, 5)
           select new ChannelStep(kind, cases, kind == StepKind.Operate && hasDefault == 0);

    private static Gen<StepCase> Case(int channels)
        => from channel in Gen.Choose(0, channels - 1)
           from sends in Gen.Choose(0, 1)
           select new StepCase(channel, sends == 1);

    private static IEnumerable<ChannelProgram> Shrink(ChannelProgram large)
    {
        for (int g = 0; g < large.Goroutines.Count; g++)
        {
            yield return large with { Goroutines = Without(large.Goroutines, g) };
            IReadOnlyList<ChannelStep> steps = large.Goroutines[g];
            for (int s = 0; s < steps.Count; s++)
            {
                yield return large with { Goroutines = With(large.Goroutines, g, Without(steps, s)) };
                for (int c = 0; c < steps[s].Cases.Count && steps[s].Cases.Count > 1; c++)
                {
                    ChannelStep smaller = steps[s] with { Cases = Without(steps[s].Cases, c) };
                    yield return large with { Goroutines = With(large.Goroutines, g, With(steps, s, smaller)) };
                }
            }
        }
    }

    private static IReadOnlyList<T> Without<T>(IReadOnlyList<T> list, int place) => [.. list.Where((_, i) => i != place)];

    private static IReadOnlyList<T> With<T>(IReadOnlyList<T> list, int place, T value)
        => [.. list.Select((old, i) => i == place ? value : old)];
}
