using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>What a world tells of its memory, its collections and its goroutines, on real threads.</summary>
public class MemoryStatisticsTests
{
    [Fact]
    public void Objects_are_counted_by_size()
    {
        Run(new WorldOptions { Processors = 1 }, g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            for (int i = 0; i < 10; i++)
            {
                frame[0] = g.AllocateBytes(24);
            }

            g.AllocateBytes(100_000);
            g.Collect();
            MemoryStatistics memory = g.ReadMemoryStatistics();
            Assert.Equal(new SizeStatistics(32, 10, 9), Assert.Single(memory.BySize, size => size.Size == 32));
            Assert.Equal(new SizeStatistics(0, 1, 1), memory.BySize[0]);
            Assert.Equal(memory.Heap.Mallocs, memory.BySize.Sum(size => size.Mallocs));
            Assert.Equal(memory.Heap.Frees, memory.BySize.Sum(size => size.Frees));
            return GoroutineTask.Completed;
        });
    }

    [Fact]
    public void Memory_is_told_by_what_it_is_for()
    {
        Run(new WorldOptions { Processors = 1, StackSegmentWords = 8 }, g =>
        {
            SystemBytes before = g.ReadMemoryStatistics().System;
            using Frame<NativeSync> frame = g.PushFrame(1000);
            frame[0] = g.AllocateBytes(1 << 20);
            SystemBytes after = g.ReadMemoryStatistics().System;
            Assert.InRange(after.Stacks - before.Stacks, 8000, 16_100);
            Assert.InRange(after.Heap - before.Heap, 1 << 20, 2 << 20);
            Assert.InRange(after.Collector - before.Collector, 1 << 14, 1 << 18);
            Assert.True(after.Spans > before.Spans);
            Assert.Equal((before.Caches, before.Other), (after.Caches, after.Other));
            Assert.Equal(
                after.Heap + after.Stacks + after.Spans + after.Caches + after.Collector + after.Other, after.Total);
            return GoroutineTask.Completed;
        });
    }

    [Fact]
    public void Pauses_are_kept_newest_first()
    {
        var watch = new PauseWatch();
        var options = new WorldOptions { Processors = 1, PauseHistoryLength = 3, Observer = watch };
        Run(options, g =>
        {
            Assert.Empty(g.ReadMemoryStatistics().Pauses);
            g.Collect();
            g.Collect();
            Assert.Equal([watch.Pauses[1], watch.Pauses[0]], g.ReadMemoryStatistics().Pauses);
            g.Collect();
            g.Collect();
            MemoryStatistics memory = g.ReadMemoryStatistics();
            Assert.Equal([watch.Pauses[3], watch.Pauses[2], watch.Pauses[1]], memory.Pauses);
            Assert.Equal(watch.Pauses.Sum(), memory.PauseNanoseconds);
            Assert.Equal(4, memory.Collections);
            Assert.True(memory.LastCollection > 0);
            return GoroutineTask.Completed;
        });
    }

    [Fact]
    public void The_growth_between_collections_is_set_at_run_time()
    {
        Run(new WorldOptions { Processors = 1, FirstTriggerBytes = 0 }, g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.AllocateBytes(1 << 20);
            Assert.Equal(100, g.SetGcPercent(300));
            MemoryStatistics memory = g.ReadMemoryStatistics();
            Assert.Equal(4 * memory.Heap.Allocated, memory.Heap.NextTrigger);
            Assert.Equal((300, true), (memory.GcPercent, memory.CollectionEnabled));

            Assert.Equal(300, g.SetGcPercent(-5));
            g.Collect();
            g.AllocateBytes(16 << 20);
            MemoryStatistics off = g.ReadMemoryStatistics();
            Assert.Equal((-1, false, memory.Collections), (off.GcPercent, off.CollectionEnabled, off.Collections));

            Assert.Equal(-1, g.SetGcPercent(100));
            Assert.Equal(memory.Collections + 1, g.ReadMemoryStatistics().Collections);
            return GoroutineTask.Completed;
        });
    }

    [Fact]
    public void A_goroutine_is_blocked_since_a_collection_saw_it()
    {
        Run(new WorldOptions { Processors = 2 }, async g =>
        {
            bool leave = false;
            GoroutineHandle target = g.Go(async other =>
            {
                while (!System.Threading.Volatile.Read(ref leave))
                {
                    await other.Yield();
                }
            });
            GoroutineHandle waiter = g.Go(async other =>
            {
                using Frame<NativeSync> lower = other.PushFrame(3);
                using Frame<NativeSync> upper = other.PushFrame(5);
                await other.Join(target);
            });
            GoroutineInfo? seen = null;
            while (seen is null)
            {
                await g.Yield();
                seen = g.ProfileGoroutines().SingleOrDefault(info => info.WaitReason == "join");
            }

            Assert.Equal(("waiting", 0L), (seen.Status, seen.BlockedSince));
            Assert.Equal([5, 3], seen.FrameSlots);
            g.Collect();
            long since = g.ProfileGoroutines().Single(info => info.Id == seen.Id).BlockedSince;
            Assert.True(since > 0);
            g.Collect();
            IReadOnlyList<GoroutineInfo> all = g.ProfileGoroutines();
            Assert.Equal(since, all.Single(info => info.Id == seen.Id).BlockedSince);

            // The one that collected was blocked meanwhile, and is not any more.
            Assert.Equal(0, all.Single(info => info.Id == g.Id).BlockedSince);
            System.Threading.Volatile.Write(ref leave, true);
            await g.Join(waiter);
        });
    }

    private static void Run(WorldOptions options, Func<Goroutine<NativeSync>, GoroutineTask> body)
    {
        using var world = new World<NativeSync>(options);
        world.Run(body);
    }

    private sealed class PauseWatch : CollectionObserver
    {
        public List<long> Pauses { get; } = [];

        public override void CollectionEnded(in CollectionSummary summary) => Pauses.Add(summary.PauseNanoseconds);
    }
}
