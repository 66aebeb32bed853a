using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// Binary-trees of the Computer Language Benchmarks Game: prints its lines. Goroutines take turns at the depths.
/// </summary>
internal sealed class BinaryTrees : Workload
{
    private const int NodeBytes = 16;
    private const int SmallestDepth = 4;

    /// <inheritdoc/>
    public override string Name => "binary-trees";

    /// <inheritdoc/>
    public override string Summary => "the benchmarks game's binary trees: short-lived ones beside an old one";

    /// <inheritdoc/>
    public override WorkloadSizes Defaults => new(Goroutines: 1, Depth: 16, Size: null, Iterations: null);

    /// <inheritdoc/>
    public override Func<NativeGoroutine, GoroutineTask> Prepare(WorkloadRun run)
    {
        var nodes = new BinaryNode(run, "binary-trees.node", NodeBytes);
        FrameMap root = run.World.RegisterFrame(SlotKind.Pointer);
        return goroutine => DoWork(run, nodes, root, goroutine);
    }

    private static async GoroutineTask DoWork(
        WorkloadRun run, BinaryNode nodes, FrameMap root, NativeGoroutine goroutine)
    {
        // The published program raises its argument so that there are at least two depths.
        int greatest = Math.Max(SmallestDepth + 2, run.Sizes.Depth!.Value);
        long stretch = BinaryNode.Count(goroutine, nodes.MakeBottomUp(goroutine, greatest + 1));
        Report(run, $"stretch tree of depth {greatest + 1}", stretch, BinaryNode.CountOf(greatest + 1));
        using NativeFrame frame = goroutine.PushFrame(root);
        frame[0] = nodes.MakeBottomUp(goroutine, greatest);

        int depths = ((greatest - SmallestDepth) / 2) + 1;
        int goroutines = Math.Min(run.Sizes.Goroutines, depths);
        var found = new long[depths];
        await run.ForEach(goroutine, goroutines, async (worker, index) =>
        {
            for (int step = index; step < depths; step += goroutines)
            {
                for (long tree = IterationsOf(step, greatest); tree > 0; tree--)
                {
                    run.ThrowIfCanceled();
                    found[step] += BinaryNode.Count(worker, nodes.MakeBottomUp(worker, DepthOf(step)));
                    await worker.Yield();
                }
            }
        });

        for (int step = 0; step < depths; step++)
        {
            int depth = DepthOf(step);
            long trees = IterationsOf(step, greatest);
            Report(run, $"{trees}\t trees of depth {depth}", found[step], trees * BinaryNode.CountOf(depth));
        }

        long kept = BinaryNode.Count(goroutine, frame[0]);
        Report(run, $"long lived tree of depth {greatest}", kept, BinaryNode.CountOf(greatest));
    }

    private static int DepthOf(int step) => SmallestDepth + (2 * step);

    private static long IterationsOf(int step, int greatest) => 1L << (greatest - DepthOf(step) + SmallestDepth);

    /// <summary>Keeps a result and prints it as the published program does.</summary>
    private static void Report(WorkloadRun run, string what, long actual, long expected)
    {
        run.Expect(what.Replace("\t", "", StringComparison.Ordinal), actual, expected);
        run.Lines.Add($"{what}\t check: {actual}");
    }
}
