using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>How a world ends that fails, on real threads: with one dump, and with the exception that it tells of.</summary>
public class CrashTests
{
    [Fact]
    public void A_goroutine_that_throws_is_dumped_with_the_others()
    {
        var dumps = new List<string>();
        using World<NativeSync> world = Create(dumps.Add);
        var failure = new InvalidOperationException("out of tea");
        Exception thrown = Assert.Throws<InvalidOperationException>(() => Run(world, async g =>
        {
            GoroutineHandle thrower = g.Go(async other =>
            {
                await other.Yield();
                throw failure;
            });
            await g.Join(thrower);
        }));
        Assert.Same(failure, thrown);
        Assert.Equal("fatal error: out of tea\n\ngoroutine 2 [running]:\n\ngoroutine 1 [waiting]:\n", Assert.Single(dumps));
    }

    [Fact]
    public void A_deadlock_is_dumped()
    {
        var dumps = new List<string>();
        using World<NativeSync> world = Create(dumps.Add);
        Assert.Throws<DeadlockException>(() => Run(world, async g =>
            await g.Join(HandleOf(world, g))));
        Assert.Equal(
            "fatal error: all goroutines are asleep - deadlock\n\ngoroutine 1 [waiting]:\n", Assert.Single(dumps));
    }

    [Fact]
    public void A_world_whose_dump_cannot_be_written_ends_with_what_failed()
    {
        using World<NativeSync> world = Create(_ => throw new InvalidOperationException("disk full"));
        var failure = new InvalidOperationException("out of tea");
        Assert.Same(failure, Assert.Throws<InvalidOperationException>(() => Run(world, _ => throw failure)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Growth_that_fails_ends_the_world_though_the_goroutine_catches_it(bool heap)
    {
        var dumps = new List<string>();
        using World<NativeSync> world = Create(dumps.Add, new Limit(heap));
        Assert.Throws<InsufficientMemoryException>(() => Run(world, g =>
        {
            Assert.Throws<InsufficientMemoryException>(() =>
            {
                g.AllocateBytes(8);
                g.Go(static _ => { });
            });
            return GoroutineTask.Completed;
        }));
        Assert.StartsWith("fatal error: no more\n", Assert.Single(dumps), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => world.Run(static _ => { }));
    }

    [Fact]
    public void The_trace_of_the_scheduler_is_part_of_the_dump_if_asked_for()
    {
        var dumps = new List<string>();
        using var world = new World<NativeSync>(
            new WorldOptions { Processors = 2, CrashOutput = dumps.Add, CrashTrace = true });
        Assert.Throws<InvalidOperationException>(() => Run(world, _ => throw new InvalidOperationException("why")));
        Assert.Matches(
            "^fatal error: why\n\nSCHED [0-9]+ms: gomaxprocs=2 idleprocs=[01]\n  P0: status=[01]\n  P1: status=[01]\n"
            + "  G1: status=2\n\ngoroutine 1 \\[running\\]:\n$",
            Assert.Single(dumps));
    }

    [Fact]
    public void The_trace_of_a_scheduler_tells_of_each_P_M_and_goroutine()
    {
        using World<NativeSync> world = Create(_ => { });
        Assert.Matches(
            "^SCHED [0-9]+ms: gomaxprocs=2 idleprocs=2 threads=1 idlethreads=0 runqueue=0\n$", world.TraceScheduler());
        string? inside = null;
        Run(world, _ =>
        {
            inside = world.TraceScheduler(detailed: true);
            return GoroutineTask.Completed;
        });
        Assert.Matches(
            "^SCHED [0-9]+ms: gomaxprocs=2 idleprocs=[01] threads=[12] idlethreads=[01] runqueue=0\n(  M[01]: idle=[01]\n)+"
            + "  P0: status=[01]\n  P1: status=[01]\n  G1: status=2\n$",
            inside);
    }

    /// <summary>The handle of the first goroutine of a world.</summary>
    private static unsafe GoroutineHandle HandleOf(World<NativeSync> world, Goroutine<NativeSync> first)
        => new(world.Goroutines[0], first.Id, world.Scheduler);

    private static World<NativeSync> Create(Action<string> output, GrowthObserver? growth = null) => new(new WorldOptions
    {
        Processors = 2,
        FirstGoroutineCapacity = 1,
        CrashOutput = output,
        Growth = growth,
    });

    private static void Run(World<NativeSync> world, Func<Goroutine<NativeSync>, GoroutineTask> body)
        => Threads.Run(1, _ => world.Run(body));

    /// <summary>Lets either the heap or the array of all goroutines not grow once a goroutine runs.</summary>
    private sealed class Limit(bool heap) : GrowthObserver
    {
        public override void GoroutinesGrow(long capacity) => ThrowIf(!heap && capacity > 1);

        public override void HeapGrows(long bytes) => ThrowIf(heap);

        private static void ThrowIf(bool fails)
        {
            if (fails)
            {
                throw new InsufficientMemoryException("no more");
            }
        }
    }
}
