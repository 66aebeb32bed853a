using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Testbed.Models.Heaps;

namespace Testbed.Properties.Generation;

/// <summary>A generated program, the options of its world and the seed of its schedules.</summary>
internal sealed record HeapCase(MutatorProgram Program, WorldSettings Settings, ulong ScheduleSeed)
{
    /// <summary>Cases for real threads: up to four goroutines and dozens of nodes.</summary>
    internal static Arbitrary<HeapCase> ForThreads => Make(isLarge: true);

    /// <summary>Cases for an engine that runs many schedules of each: two goroutines and a handful of nodes.</summary>
    internal static Arbitrary<HeapCase> ForSchedules => Make(isLarge: false);

    /// <summary>How many nodes the program can allocate.</summary>
    internal int Nodes => Program.Shapes.Count();

    /// <summary>The options that are not the simplest, and the picture of the program.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Settings}\n");
        text.Append(CultureInfo.InvariantCulture, $"schedules from seed {ScheduleSeed}\n");
        text.Append(Program);
        return text.ToString();
    }

    private static Arbitrary<HeapCase> Make(bool isLarge)
    {
        Gen<HeapCase> generator = Gen.Sized(size =>
            from high in Gen.Choose(0, int.MaxValue)
            from low in Gen.Choose(0, int.MaxValue)
            select Draw(new Randomness((ulong)high << 32 | (uint)low), size, isLarge));
        return Arb.From(generator, Shrink);
    }

    private static HeapCase Draw(Randomness random, int size, bool isLarge)
    {
        WorldSettings settings = WorldSettings.Draw(random, isLarge);
        int smallWords = settings.MaxSmallSize / sizeof(long);
        ProgramLimits limits = isLarge
            ? new ProgramLimits(Goroutines: 4, Nodes: 2 + size / 2, Operations: 2 + size, smallWords)
            : new ProgramLimits(Goroutines: 2, Nodes: 1 + size / 16, Operations: 1 + size / 10, smallWords) { Slots = 2 };
        return new HeapCase(new ProgramDrawer(random.Below, limits).Draw(), settings, random.Below(1u << 31));
    }

    private static IEnumerable<HeapCase> Shrink(HeapCase large)
        => ProgramShrinker.Shrink(large.Program)
            .Select(program => large with { Program = program })
            .Concat(large.Settings.Shrink().Select(settings => large with { Settings = settings }));
}
