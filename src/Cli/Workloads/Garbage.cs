using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// Parses real source text into syntax trees, keeps some, drops the rest, and again, on many goroutines. After the
/// <c>garbage</c> benchmark of the seed's time, which did so with Go's own packages.
/// </summary>
internal sealed class Garbage : Workload
{
    /// <summary>One tree of so many is kept.</summary>
    private const int KeepOneOf = 4;

    /// <inheritdoc/>
    public override string Name => "garbage";

    /// <inheritdoc/>
    public override string Summary => "parses source text into trees on many goroutines, keeps some, drops the rest";

    /// <inheritdoc/>
    public override WorkloadSizes Defaults => new(Goroutines: 32, Depth: null, Size: 8, Iterations: 20);

    /// <inheritdoc/>
    public override string SizeMeaning => "how many trees a goroutine keeps, the oldest going when another comes";

    /// <inheritdoc/>
    public override bool ReadsInput => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ComparedShape> ComparedShapes { get; } =
    [
        new("20,000 parked goroutines", options => options with { Parked = 20_000 }),
        new("a heap of 2 million objects", options => options with { Size = 64 }),
    ];

    /// <inheritdoc/>
    public override Func<NativeGoroutine, GoroutineTask> Prepare(WorkloadRun run)
    {
        IReadOnlyList<SourceText> texts = run.Options.Input is { } path ? SourceText.Load(path) : SourceText.Embedded();
        var syntax = new HeapSyntax(run.World);
        FrameMap kept = run.World.RegisterFrame([.. Enumerable.Repeat(SlotKind.Pointer, run.Sizes.Size!.Value)]);
        FrameMap newest = run.World.RegisterFrame(SlotKind.Pointer);
        return goroutine => DoWork(run, texts, syntax, kept, newest, goroutine);
    }

    private static async GoroutineTask DoWork(
        WorkloadRun run,
        IReadOnlyList<SourceText> texts,
        HeapSyntax syntax,
        FrameMap kept,
        FrameMap newest,
        NativeGoroutine goroutine)
    {
        int goroutines = run.Sizes.Goroutines;
        var parsers = new GarbageParser[goroutines];
        await run.ForEach(goroutine, goroutines, async (worker, index) =>
        {
            using NativeFrame keptFrame = worker.PushFrame(kept);
            using NativeFrame newestFrame = worker.PushFrame(newest);
            var parser = new GarbageParser(syntax, worker, keptFrame, newestFrame);
            parsers[index] = parser;
            var random = new SeededRandom(run.Options.Seed, index);
            long parses = (long)run.Sizes.Iterations!.Value * texts.Count;
            for (long parse = index; parse < parses; parse += goroutines)
            {
                run.ThrowIfCanceled();
                parser.Parse(texts[(int)(parse % texts.Count)], keep: random.Next(KeepOneOf) == 0);
                await worker.Yield();
            }

            parser.CheckKept();
        });

        long rounds = run.Sizes.Iterations!.Value;
        run.Expect("nodes parsed", parsers.Sum(parser => parser.Nodes), rounds * texts.Sum(text => text.NodeCount));
        run.Expect(
            "sum of the trees' checksums",
            parsers.Aggregate(0L, (sum, parser) => unchecked(sum + parser.Sum)),
            texts.Aggregate(0L, (sum, text) => unchecked(sum + (text.Sum * rounds))));
        run.Expect(
            "kept trees looked at again",
            parsers.Sum(parser => parser.Rechecked),
            parsers.Sum(parser => parser.Kept));
    }
}
