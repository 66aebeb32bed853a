using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// GCBench by John Ellis, Pete Kovac and Hans Boehm: a tree that stretches the heap, a tree and an array that live
/// long, and trees of every second depth, the smaller the more, made from the root down and from the leaves up.
/// </summary>
/// <remarks>
/// The published sizes are depth 16 and an array of 500,000 numbers. Goroutines share the trees of a depth.
/// </remarks>
internal sealed class GcBench : Workload
{
    /// <summary>Two references and two 32-bit numbers, as published.</summary>
    private const int NodeBytes = 24;

    private const int SmallestDepth = 4;

    /// <summary>The tree that stretches the heap is this much deeper than the one that lives long.</summary>
    private const int StretchBy = 2;

    private const int NumberBytes = sizeof(double);

    /// <inheritdoc/>
    public override string Name => "gcbench";

    /// <inheritdoc/>
    public override string Summary => "Ellis, Kovac and Boehm's GCBench: trees made both ways beside an old one";

    /// <inheritdoc/>
    public override WorkloadSizes Defaults => new(Goroutines: 1, Depth: 16, Size: 500_000, Iterations: null);

    /// <inheritdoc/>
    public override Func<NativeGoroutine, GoroutineTask> Prepare(WorkloadRun run)
    {
        var nodes = new BinaryNode(run, "gcbench.node", NodeBytes);
        FrameMap roots = run.World.RegisterFrame(SlotKind.Pointer, SlotKind.Pointer);
        FrameMap temporary = run.World.RegisterFrame(SlotKind.Pointer);
        return goroutine => DoWork(run, nodes, roots, temporary, goroutine);
    }

    private static async GoroutineTask DoWork(
        WorkloadRun run, BinaryNode nodes, FrameMap roots, FrameMap temporary, NativeGoroutine goroutine)
    {
        int longDepth = run.Sizes.Depth!.Value;
        int numbers = run.Sizes.Size!.Value;
        int stretchDepth = longDepth + StretchBy;
        run.Expect(
            "stretch tree nodes",
            BinaryNode.Count(goroutine, nodes.MakeBottomUp(goroutine, stretchDepth)),
            BinaryNode.CountOf(stretchDepth));
        using NativeFrame frame = goroutine.PushFrame(roots);
        frame[0] = nodes.Allocate(goroutine);
        nodes.PopulateTopDown(goroutine, longDepth, frame[0]);
        frame[1] = goroutine.AllocateBytes(checked(numbers * NumberBytes));
        FillNumbers(goroutine, frame[1], numbers);

        for (int depth = Math.Min(SmallestDepth, longDepth); depth <= longDepth; depth += 2)
        {
            await MakeTrees(run, nodes, temporary, goroutine, depth, stretchDepth);
        }

        run.Expect("long-lived tree nodes", BinaryNode.Count(goroutine, frame[0]), BinaryNode.CountOf(longDepth));
        run.Expect("long-lived array numbers", CountNumbers(goroutine, frame[1], numbers), numbers);
    }

    /// <summary>Makes as many trees as have together twice the nodes of the stretch tree, each way.</summary>
    private static async GoroutineTask MakeTrees(
        WorkloadRun run,
        BinaryNode nodes,
        FrameMap temporary,
        NativeGoroutine goroutine,
        int depth,
        int stretchDepth)
    {
        long trees = 2 * BinaryNode.CountOf(stretchDepth) / BinaryNode.CountOf(depth);
        int goroutines = run.Sizes.Goroutines;
        var found = new long[goroutines];
        await run.ForEach(goroutine, goroutines, async (worker, index) =>
        {
            using NativeFrame frame = worker.PushFrame(temporary);
            for (long tree = index; tree < trees; tree += goroutines)
            {
                run.ThrowIfCanceled();
                frame[0] = nodes.Allocate(worker);
                nodes.PopulateTopDown(worker, depth, frame[0]);
                found[index] += BinaryNode.Count(worker, frame[0]);
                frame[0] = nodes.MakeBottomUp(worker, depth);
                found[index] += BinaryNode.Count(worker, frame[0]);
                frame[0] = Reference.Null;
                await worker.Yield();
            }
        });
        run.Expect($"nodes of {2 * trees} trees of depth {depth}", found.Sum(), 2 * trees * BinaryNode.CountOf(depth));
    }

    /// <summary>The published program fills the first half and leaves the rest zero.</summary>
    private static void FillNumbers(NativeGoroutine goroutine, Reference array, int count)
    {
        for (int i = 0; i < count / 2; i++)
        {
            goroutine.WriteWord(array, i * NumberBytes, BitConverter.DoubleToInt64Bits(1.0 / (i + 1)));
        }
    }

    private static long CountNumbers(NativeGoroutine goroutine, Reference array, int count)
    {
        long intact = 0;
        for (int i = 0; i < count; i++)
        {
            double expected = i < count / 2 ? 1.0 / (i + 1) : 0;
            intact += goroutine.ReadWord(array, i * NumberBytes) == BitConverter.DoubleToInt64Bits(expected) ? 1 : 0;
        }

        return intact;
    }
}
