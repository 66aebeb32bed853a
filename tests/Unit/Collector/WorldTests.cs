using System.Threading;
using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>What a world answers to misuse, and how it shares its Ps, on real threads.</summary>
public class WorldTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static TheoryData<string> UsesOfTheWorld => [.. s_uses.Keys];

    private static readonly SortedDictionary<string, Action<Goroutine<NativeSync>>> s_uses = new(StringComparer.Ordinal)
    {
        ["safepoint"] = g => g.Safepoint(),
        ["collect"] = g => g.Collect(),
        ["statistics"] = g => g.ReadStatistics(),
        ["all statistics"] = g => g.ReadMemoryStatistics(),
        ["processors"] = g => g.SetProcessors(1),
        ["gc percent"] = g => g.SetGcPercent(100),
        ["profile"] = g => g.ProfileGoroutines(),
        ["allocate"] = g => g.AllocateBytes(8),
        ["go"] = g => g.Go(_ => { }),
        ["system call"] = g => g.SystemCall(() => { }),
    };

    [Theory]
    [MemberData(nameof(UsesOfTheWorld))]
    public void A_goroutine_in_a_system_call_may_not_use_its_world(string use)
    {
        using World<NativeSync> world = Create(2);
        Run(world, g =>
        {
            g.SystemCall(() => Assert.Throws<InvalidOperationException>(() => s_uses[use](g)));

            // Nothing was lost: the goroutine still has its P.
            g.Collect();
            return GoroutineTask.Completed;
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData((1 << 24) + 1)]
    [InlineData(int.MaxValue)]
    public void A_frame_has_a_bounded_number_of_slots(int slots)
    {
        using World<NativeSync> world = Create(1);
        Run(world, g =>
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => g.PushFrame(slots));
            g.PushFrame(1 << 16).Dispose();
            return GoroutineTask.Completed;
        });
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-1)]
    public void A_slot_has_a_kind_that_there_is(int kind)
    {
        using World<NativeSync> world = Create(1);
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => world.RegisterFrame(SlotKind.Pointer, (SlotKind)kind));
        Assert.Contains("slot 1", refused.Message, StringComparison.Ordinal);
        world.RegisterFrame(SlotKind.Pointer, SlotKind.NoPointer);
    }

    [Fact]
    public void An_interface_value_takes_two_slots_of_a_map()
    {
        using World<NativeSync> world = Create(1);
        Assert.Throws<ArgumentException>(() => world.RegisterFrame(SlotKind.Iface));
        Assert.Throws<ArgumentException>(() => world.RegisterFrame(SlotKind.Eface, SlotKind.Pointer));
        Assert.Throws<ArgumentException>(() => world.RegisterFrame(new FrameShape { Scratch = -1 }));
        Assert.Throws<ArgumentException>(() => world.RegisterFrame(new FrameShape { LocalMap = [], Locals = 1 }));
        world.RegisterFrame(SlotKind.Iface, SlotKind.NoPointer);
    }

    public static TheoryData<TypeField> BadParts =>
    [
        new TypeField.Pointer(16),
        new TypeField.Pointer(4),
        new TypeField.Text(8),
        new TypeField.Slice(0),
        new TypeField.Array(0, 0, 8, []),
        new TypeField.Array(0, 2, 16, []),
        new TypeField.Array(0, 2, 8, [new TypeField.Pointer(8)]),
        new TypeField.Region(8, 16, []),
        new TypeField.Buffer(0, 8, 8, []),
        new TypeField.Buffer(16, 16, 8, []),
        Enumerable.Range(0, 9).Aggregate((TypeField)new TypeField.Pointer(0), (part, _) => new TypeField.Region(0, 8, [part])),
    ];

    [Theory]
    [MemberData(nameof(BadParts), DisableDiscoveryEnumeration = true)]
    public void A_part_of_a_type_lies_inside_it(TypeField part)
    {
        using World<NativeSync> world = Create(1);
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => world.RegisterType(new TypeShape("bad", 16) { Fields = [part] }));
        Assert.Contains("'bad'", refused.Message, StringComparison.Ordinal);
        world.RegisterType(new TypeShape("good", 16) { Fields = [new TypeField.Buffer(8, 16, 8, [])] });
    }

    [Fact]
    public void What_a_goroutine_is_started_with_is_kept_until_it_starts()
    {
        using World<NativeSync> world = Create(1);
        long found = 0;
        Run(world, async g =>
        {
            Reference context = g.AllocateBytes(8);
            g.WriteWord(context, 0, 5);
            GoroutineHandle other = g.Go(
                (started, given) =>
                {
                    found = started.ReadWord(given, 0);
                    return GoroutineTask.Completed;
                },
                context);
            g.Collect();
            Assert.Equal(1, g.ReadStatistics().Heap.Objects);
            await g.Join(other);
            g.Collect();
            Assert.Equal(0, g.ReadStatistics().Heap.Objects);
        });
        Assert.Equal(5, found);
    }

    [Fact]
    public void Handles_of_another_world_are_refused()
    {
        using World<NativeSync> other = Create(1);
        TypeId type = other.RegisterType(new TypeShape("word", 8));
        FrameMap map = other.RegisterFrame(SlotKind.Pointer);
        GoroutineHandle goroutine = default;
        Run(other, g =>
        {
            goroutine = g.Go(_ => { });
            return GoroutineTask.Completed;
        });
        using World<NativeSync> world = Create(1);
        TypeId own = world.RegisterType(new TypeShape("word", 8));
        Run(world, g =>
        {
            Assert.Throws<ArgumentException>(() => g.Allocate(type));
            Assert.Throws<ArgumentException>(() => g.AllocateArray(type, 1));
            Assert.Throws<ArgumentException>(() => g.PushFrame(map));
            Assert.Throws<ArgumentException>(() => g.Join(goroutine));
            Assert.False(g.Allocate(own).IsNull);
            return GoroutineTask.Completed;
        });
    }

    [Fact]
    public void A_world_that_runs_is_not_disposed()
    {
        using World<NativeSync> world = Create(1);
        Run(world, g =>
        {
            Assert.Throws<InvalidOperationException>(world.Dispose);
            Assert.False(g.AllocateBytes(8).IsNull);
            return GoroutineTask.Completed;
        });
    }

    [Fact]
    public void A_disposed_world_refuses_its_members()
    {
        World<NativeSync> world = Create(1);
        world.Dispose();
        world.Dispose();
        Assert.Throws<ObjectDisposedException>(() => world.GoroutineCount);
        Assert.Throws<ObjectDisposedException>(() => world.ListGoroutines());
        Assert.Throws<ObjectDisposedException>(() => world.RegisterFrame(SlotKind.Pointer));
        Assert.Throws<ObjectDisposedException>(() => world.RegisterType(new TypeShape("word", 8)));
        Assert.Throws<ObjectDisposedException>(() => world.Run(_ => { }));
    }

    [Fact]
    public void A_page_heap_may_grow_by_the_greatest_number_of_bytes()
    {
        using var world = new World<NativeSync>(new WorldOptions
        {
            Processors = 1,
            ArenaBytes = 1L << 33,
            HeapGrowBytes = int.MaxValue,
        });
        Run(world, g =>
        {
            HeapStatistics heap = g.ReadStatistics().Heap;
            Assert.False(g.AllocateBytes(8).IsNull);
            Assert.True(g.ReadStatistics().Heap.Idle - heap.Idle > 1L << 30);
            return GoroutineTask.Completed;
        });
    }

    [Theory]
    [InlineData(0, 100, 64, 64)]
    [InlineData(150, 100, 64, 300)]
    [InlineData(150, 0, 64, 150)]
    [InlineData(1L << 46, int.MaxValue, 64, long.MaxValue)]
    public void A_trigger_is_a_share_above_what_survived(long allocated, int percent, long least, long expected)
        => Assert.Equal(expected, Heap<NativeSync>.TriggerAfter(allocated, percent, least));

    /// <summary>Each joiner needs a P of its own to come to the meeting.</summary>
    [Fact]
    public void The_end_of_a_goroutine_gives_each_that_joined_it_a_processor()
    {
        const int Joiners = 3;
        using World<NativeSync> world = Create(Joiners);
        using var meeting = new Barrier(Joiners);
        int met = 0;
        Run(world, g =>
        {
            GoroutineHandle target = g.Go(async other =>
            {
                while (world.ListGoroutines().Count(info => info.Status == "waiting") < Joiners)
                {
                    await other.Yield();
                }
            });
            for (int i = 0; i < Joiners; i++)
            {
                g.Go(async joiner =>
                {
                    await joiner.Join(target);
                    if (meeting.SignalAndWait(s_patience))
                    {
                        Interlocked.Increment(ref met);
                    }
                });
            }

            return GoroutineTask.Completed;
        });
        Assert.Equal(Joiners, met);
    }

    /// <summary>
    /// While a goroutine is in a system call a collection takes its P, and two goroutines that only yield have both Ps
    /// from then on. It comes back all the same.
    /// </summary>
    [Fact]
    public void A_goroutine_that_waits_in_place_is_served_before_the_run_queue()
    {
        const int TurnsMax = 300_000;
        using World<NativeSync> world = Create(2);
        using var inCall = new ManualResetEventSlim();
        using var taken = new ManualResetEventSlim();
        bool back = false;
        int turns = 0;
        Run(world, g =>
        {
            g.Go(caller =>
            {
                caller.SystemCall(() =>
                {
                    inCall.Set();
                    taken.Wait(s_patience);
                });
                Volatile.Write(ref back, true);
            });
            Assert.True(inCall.Wait(s_patience));
            g.Collect();
            for (int i = 0; i < 4; i++)
            {
                g.Go(async busy =>
                {
                    while (!Volatile.Read(ref back) && Interlocked.Increment(ref turns) < TurnsMax)
                    {
                        if (Volatile.Read(ref turns) > 1_000)
                        {
                            taken.Set();
                        }

                        await busy.Yield();
                    }
                });
            }

            return GoroutineTask.Completed;
        });
        Assert.True(turns < TurnsMax, "the goroutine got no P while others only yielded");
    }

    /// <summary>Two goroutines ready each other in turn; each finds the other waiting whenever it has the lock.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_parked_goroutine_goes_on_once_it_is_readied(int processors)
    {
        const int Turns = 1_000;
        using World<NativeSync> world = Create(processors);
        Sync.Mutex mutex = NativeSync.CreateMutex("meeting");
        Goroutine<NativeSync>? waiting = null;
        int met = 0;
        async GoroutineTask Meet(Goroutine<NativeSync> g)
        {
            for (int i = 0; i < Turns; i++)
            {
                NativeSync.Enter(mutex);
                Goroutine<NativeSync>? other = waiting;
                waiting = other is null ? g : null;
                if (other is null)
                {
                    await g.ParkOn(WaitReason.Join, new LockSet<NativeSync>([mutex], members: 1));
                    continue;
                }

                met++;
                NativeSync.Exit(mutex);
                Ready(g, other);
            }
        }

        Run(world, g =>
        {
            g.Go(Meet);
            g.Go(Meet);
            return GoroutineTask.Completed;
        });
        NativeSync.Destroy(mutex);
        Assert.Equal(Turns, met);
    }

    [Fact]
    public void A_goroutine_that_nobody_readies_is_a_deadlock()
    {
        using World<NativeSync> world = Create(2);
        Sync.Mutex mutex = NativeSync.CreateMutex("alone");
        Assert.Throws<DeadlockException>(() => Run(world, async g =>
        {
            NativeSync.Enter(mutex);
            await g.ParkOn(WaitReason.Join, new LockSet<NativeSync>([mutex], members: 1));
        }));
        NativeSync.Enter(mutex);
        NativeSync.Exit(mutex);
        NativeSync.Destroy(mutex);
    }

    /// <summary>Many short lives, one after the other, need no more goroutines than one.</summary>
    [Fact]
    public void A_world_uses_dead_goroutines_again()
    {
        using World<NativeSync> world = Create(1);
        Run(world, async g =>
        {
            for (int i = 0; i < 200; i++)
            {
                await g.Join(g.Go(_ => { }));
            }
        });
        Assert.Equal(2, world.Goroutines.Count);
    }

    /// <summary>The exception of a worker, whichever it is, leaves Run, and no other worker waits for it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_exception_of_a_collection_leaves_run(bool marking)
    {
        for (int i = 0; i < 50; i++)
        {
            var failure = new PlannedException();
            using var world = new World<NativeSync>(new WorldOptions
            {
                Processors = 2,
                Observer = new FailingObserver(marking, failure),
            });
            Exception thrown = Assert.Throws<PlannedException>(() => Run(world, async g =>
            {
                g.AllocateBytes(8);
                await g.Join(g.Go(_ => { }));
                PlannedException seen = Assert.Throws<PlannedException>(g.Collect);
                Assert.Same(failure, seen);
                Assert.Throws<WorldFailedException>(g.Safepoint);
                Assert.Throws<WorldFailedException>(g.Safepoint);
                Assert.Throws<WorldFailedException>(() => g.SystemCall(() => { }));
            }));
            Assert.Same(failure, thrown);
        }
    }

    private static unsafe void Ready(Goroutine<NativeSync> g, Goroutine<NativeSync> parked)
        => g.Ready(parked.Description);

    private static World<NativeSync> Create(int processors) => new(new WorldOptions { Processors = processors });

    private static void Run(World<NativeSync> world, Func<Goroutine<NativeSync>, GoroutineTask> body)
        => Threads.Run(1, _ => world.Run(body));

    private sealed class FailingObserver(bool marking, Exception failure) : CollectionObserver
    {
        public override void RootJobStarted(in RootJob job)
            => ThrowIf(marking && job.Kind == RootJobKind.FlushCaches);

        public override void SweepStarted(int span) => ThrowIf(!marking);

        private void ThrowIf(bool fails)
        {
            if (fails)
            {
                throw failure;
            }
        }
    }
}
