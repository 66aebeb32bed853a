using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Finalizers on real threads: what is refused, what runs when, and what it is given.</summary>
public class FinalizerTests
{
    [Fact]
    public void What_is_no_start_of_an_object_is_refused()
    {
        using World<NativeSync> world = Create();
        FinalizerId finalizer = world.RegisterFinalizer((_, _, _) => { });
        world.Run(g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.AllocateBytes(64);
            Refuses("null", Reference.Null);
            Refuses("inside an object", g.Interior(frame[0], 8));
            Refuses("no object", new Reference(8));
            Refuses("no object", frame[0], new Reference(8));
            Assert.Throws<ArgumentException>(() => g.ClearFinalizer(Reference.Null));
            Assert.Throws<ArgumentException>(() => g.ClearFinalizer(g.Interior(frame[0], 8)));
            Assert.False(g.ClearFinalizer(frame[0]));
            g.SetFinalizer(frame[0], finalizer, g.Interior(frame[0], 8));

            void Refuses(string message, Reference target, Reference closure = default)
            {
                ArgumentException refused = Assert.Throws<ArgumentException>(
                    () => g.SetFinalizer(target, finalizer, closure));
                Assert.Contains(message, refused.Message, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void A_finalizer_of_another_world_is_refused()
    {
        using World<NativeSync> other = Create();
        using World<NativeSync> world = Create();
        FinalizerId foreign = other.RegisterFinalizer((_, _, _) => { });
        TypeId foreignType = other.RegisterType(new TypeShape("word", 8));
        Assert.Throws<ArgumentException>(() => world.RegisterFinalizer((_, _, _) => { }, foreignType));
        world.Run(g =>
        {
            Reference target = g.AllocateBytes(8);
            Assert.Throws<ArgumentException>(() => g.SetFinalizer(target, foreign));
            Assert.Throws<ArgumentException>(() => g.SetFinalizer(target, default));
        });
    }

    [Fact]
    public void A_finalizer_takes_only_objects_of_its_type()
    {
        using World<NativeSync> world = Create();
        TypeId pair = world.RegisterType(new TypeShape("pair", 16, 0));
        TypeId second = world.RegisterType(new TypeShape("second", 16, 8));
        TypeId number = world.RegisterType(new TypeShape("number", 16));
        FinalizerId ofPair = world.RegisterFinalizer((_, _, _) => { }, pair);
        FinalizerId ofNumber = world.RegisterFinalizer((_, _, _) => { }, number);
        FinalizerId ofAll = world.RegisterFinalizer((_, _, _) => { });
        world.Run(g =>
        {
            g.SetFinalizer(g.Allocate(pair), ofPair);
            g.SetFinalizer(g.Allocate(number), ofNumber);
            g.SetFinalizer(g.AllocateBytes(16), ofNumber);
            g.SetFinalizer(g.AllocateConservative(16), ofAll);
            g.SetFinalizer(g.Allocate(second), ofAll);
            Assert.Throws<ArgumentException>(() => g.SetFinalizer(g.Allocate(second), ofPair));
            Assert.Throws<ArgumentException>(() => g.SetFinalizer(g.Allocate(pair), ofNumber));
            Assert.Throws<ArgumentException>(() => g.SetFinalizer(g.AllocateConservative(16), ofPair));
        });
    }

    [Fact]
    public void An_object_has_one_finalizer_at_a_time_and_the_last_runs()
    {
        using World<NativeSync> world = Create();
        var ran = new List<string>();
        FinalizerId first = world.RegisterFinalizer((_, _, _) => ran.Add("first"));
        FinalizerId second = world.RegisterFinalizer((_, _, _) => ran.Add("second"));
        world.Run(g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.AllocateBytes(16);
            g.SetFinalizer(frame[0], first);
            Assert.Throws<InvalidOperationException>(() => g.SetFinalizer(frame[0], second));
            Assert.True(g.ClearFinalizer(frame[0]));
            Assert.False(g.ClearFinalizer(frame[0]));
            g.SetFinalizer(frame[0], second);
            frame[0] = Reference.Null;
            g.Collect();
        });
        Assert.Equal(["second"], ran);
    }

    [Theory]
    [InlineData(RootStrategy.Parallel, 1)]
    [InlineData(RootStrategy.Parallel, 101)]
    [InlineData(RootStrategy.Collected, 2)]
    public void Each_unreachable_object_is_finalized_once_with_its_closure(RootStrategy strategy, int perBlock)
    {
        const int Objects = 500;
        using World<NativeSync> world = Create(strategy, perBlock);
        var runs = new int[Objects];
        FinalizerId finalizer = world.RegisterFinalizer((g, target, closure) =>
        {
            int number = (int)g.ReadWord(target, 0);
            runs[number]++;
            Assert.Equal(-number, g.ReadWord(closure, 0));
        });
        world.Run(g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(2);
            for (int i = 0; i < Objects; i++)
            {
                // Of many sizes, and some of them large.
                frame[0] = g.AllocateBytes(8 + (i * 100));
                g.WriteWord(frame[0], 0, i);
                frame[1] = g.AllocateBytes(8);
                g.WriteWord(frame[1], 0, -i);
                g.SetFinalizer(frame[0], finalizer, frame[1]);
            }

            g.Collect();
            frame[0] = Reference.Null;
            g.Collect();
        });
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void The_object_is_there_for_its_finalizer_and_gone_after_the_collection_behind_it()
    {
        using World<NativeSync> world = Create();
        long beside = 0;
        FinalizerId finalizer = world.RegisterFinalizer((g, _, _) => beside = g.ReadStatistics().Heap.Objects);
        world.Run(g =>
        {
            g.SetFinalizer(g.AllocateBytes(16), finalizer);
            g.Collect();
        });
        Assert.Equal(1, beside);
        world.Run(g => Assert.Equal(0, g.ReadStatistics().Heap.Objects));
    }

    [Fact]
    public void A_chain_is_finalized_from_its_head_and_a_cycle_never()
    {
        using World<NativeSync> world = Create();
        TypeId link = world.RegisterType(new TypeShape("link", 16, 0));
        var order = new List<long>();
        FinalizerId finalizer = world.RegisterFinalizer((g, target, _) => order.Add(g.ReadWord(target, 8)));
        world.Run(g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(2);
            for (int i = 3; i >= 1; i--)
            {
                frame[1] = frame[0];
                frame[0] = g.Allocate(link);
                g.WriteReference(frame[0], 0, frame[1]);
                g.WriteWord(frame[0], 8, i);
                g.SetFinalizer(frame[0], finalizer);
            }

            frame[1] = g.Allocate(link);
            g.WriteReference(frame[1], 0, frame[1]);
            g.SetFinalizer(frame[1], finalizer);
            frame[0] = Reference.Null;
            frame[1] = Reference.Null;
            g.Collect();
        });
        Assert.Equal([1, 2, 3], order);
        world.Run(g => Assert.Equal(1, g.ReadStatistics().Heap.Objects));
    }

    [Fact]
    public void A_finalizer_may_keep_its_object_and_set_another()
    {
        using World<NativeSync> world = Create();
        int runs = 0;
        FinalizerId finalizer = default;
        finalizer = world.RegisterFinalizer((g, target, _) =>
        {
            runs++;
            RootArea<NativeSync> data = g.Data;
            data[0] = runs < 3 ? target : Reference.Null;
            if (runs < 3)
            {
                g.SetFinalizer(target, finalizer);
            }
        });
        world.Run(g => g.SetFinalizer(g.AllocateBytes(16), finalizer));
        for (int i = 1; i <= 4; i++)
        {
            world.Run(g =>
            {
                RootArea<NativeSync> data = g.Data;
                data[0] = Reference.Null;
                g.Collect();
            });
            Assert.Equal(Math.Min(i, 3), runs);
        }
    }

    [Fact]
    public void A_finalizer_may_await_and_start_goroutines()
    {
        using World<NativeSync> world = Create();
        int ran = 0;
        FinalizerId finalizer = world.RegisterFinalizer(async (g, target, _) =>
        {
            await g.Yield();
            await g.Join(g.Go(other => other.Collect()));
            ran += (int)g.ReadWord(target, 0);
        });
        world.Run(g =>
        {
            for (int i = 0; i < 2; i++)
            {
                Reference target = g.AllocateBytes(8);
                g.WriteWord(target, 0, 1);
                g.SetFinalizer(target, finalizer);
            }

            g.Collect();
        });
        Assert.Equal(2, ran);
    }

    [Fact]
    public void An_exception_of_a_finalizer_fails_the_world()
    {
        using World<NativeSync> world = Create();
        FinalizerId finalizer = world.RegisterFinalizer((_, _, _) => throw new FormatException("planned"));
        Assert.Throws<FormatException>(() => world.Run(g =>
        {
            g.SetFinalizer(g.AllocateBytes(8), finalizer);
            g.Collect();
        }));
    }

    [Fact]
    public void A_deadlock_is_found_though_the_finalizers_goroutine_waits()
    {
        using World<NativeSync> world = Create();
        FinalizerId finalizer = world.RegisterFinalizer((_, _, _) => { });
        GoroutineHandle main = default;
        Assert.Throws<DeadlockException>(() => world.Run(async g =>
        {
            g.SetFinalizer(g.AllocateBytes(8), finalizer);
            g.Collect();
            GoroutineHandle other = default;
            other = g.Go(async waiter => await waiter.Join(main));
            main = g.Go(async waiter => await waiter.Join(other));
            await g.Join(other);
        }));
    }

    private static World<NativeSync> Create(RootStrategy strategy = RootStrategy.Parallel, int perBlock = 101)
        => new(new WorldOptions
        {
            Processors = 2,
            ArenaBytes = 1 << 26,
            FirstTriggerBytes = long.MaxValue,
            RootStrategy = strategy,
            FinalizersPerBlock = perBlock,
            FixedChunkBytes = 256,
        });
}
