using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// Splay of the Octane suite: a splay tree of nodes with large payloads from which old nodes go as new ones come.
/// Each goroutine has a tree of its own.
/// </summary>
/// <remarks>The published sizes are 8,000 nodes and 80 modifications a round.</remarks>
internal sealed class Splay : Workload
{
    private const int ModificationsPerRound = 80;

    /// <inheritdoc/>
    public override string Name => "splay";

    /// <inheritdoc/>
    public override string Summary => "Octane's splay tree: old nodes with large payloads go as new ones come";

    /// <inheritdoc/>
    public override WorkloadSizes Defaults => new(Goroutines: 1, Depth: null, Size: 8_000, Iterations: 300);

    /// <inheritdoc/>
    public override Func<NativeGoroutine, GoroutineTask> Prepare(WorkloadRun run)
    {
        var types = new SplayTypes(run.World);
        FrameMap slots = run.World.RegisterFrame(SplayTree.Slots);
        return goroutine => DoWork(run, types, slots, goroutine);
    }

    private static async GoroutineTask DoWork(
        WorkloadRun run, SplayTypes types, FrameMap slots, NativeGoroutine goroutine)
    {
        int goroutines = run.Sizes.Goroutines;
        var found = new IReadOnlyList<long>[goroutines];
        await run.ForEach(goroutine, goroutines, (worker, index) => Grow(run, types, slots, worker, index, found));

        long keys = 0;
        long sum = Checksum.Empty;
        long expectedSum = Checksum.Empty;
        for (int index = 0; index < goroutines; index++)
        {
            keys += found[index].Count;
            sum = found[index].Aggregate(sum, Checksum.Add);
            expectedSum = ModelKeys(run, index).Aggregate(expectedSum, Checksum.Add);
        }

        run.Expect("keys", keys, (long)goroutines * run.Sizes.Size!.Value);
        run.Expect("checksum of the sorted keys", sum, expectedSum);
    }

    private static async GoroutineTask Grow(
        WorkloadRun run,
        SplayTypes types,
        FrameMap slots,
        NativeGoroutine goroutine,
        int index,
        IReadOnlyList<long>[] found)
    {
        using NativeFrame frame = goroutine.PushFrame(slots);
        var tree = new SplayTree(types, goroutine, frame);
        var random = new SeededRandom(run.Options.Seed, index);
        for (int i = 0; i < run.Sizes.Size!.Value; i++)
        {
            run.ThrowIfCanceled();
            InsertNew(tree, random);
        }

        for (int round = 0; round < run.Sizes.Iterations!.Value; round++)
        {
            run.ThrowIfCanceled();
            for (int i = 0; i < ModificationsPerRound; i++)
            {
                long key = InsertNew(tree, random);
                tree.Remove(tree.FindGreatestLessThan(key) ?? key);
            }

            await goroutine.Yield();
        }

        found[index] = tree.ExportKeys();
    }

    private static long InsertNew(SplayTree tree, SeededRandom random)
    {
        long key;
        do
        {
            key = NextKey(random);
        }
        while (!tree.Insert(key));
        return key;
    }

    /// <summary>What must be left, from the same random numbers and a set of .NET's own.</summary>
    private static SortedSet<long> ModelKeys(WorkloadRun run, int index)
    {
        var keys = new SortedSet<long>();
        var random = new SeededRandom(run.Options.Seed, index);
        long changes = (long)run.Sizes.Iterations!.Value * ModificationsPerRound;
        for (long i = -run.Sizes.Size!.Value; i < changes; i++)
        {
            long key;
            do
            {
                key = NextKey(random);
            }
            while (!keys.Add(key));
            if (i >= 0)
            {
                // The greatest of an empty view is 0, which is no key.
                long less = keys.GetViewBetween(0, key - 1).Max;
                keys.Remove(less == 0 ? key : less);
            }
        }

        return keys;
    }

    private static long NextKey(SeededRandom random) => Math.Max(1, random.Next());
}
