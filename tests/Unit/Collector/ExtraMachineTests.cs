using System.Threading;
using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Threads that a world did not make call into it: real ones, while others collect.</summary>
public class ExtraMachineTests
{
    private static readonly WorldOptions s_options = new() { Processors = 2, ForeignCalls = true };

    [Fact]
    public void Threads_that_call_in_keep_what_they_root_while_others_collect()
    {
        const int Callers = 4;
        const int Calls = 50;
        using var world = new World<NativeSync>(s_options with { StackSegmentWords = 4 });
        TypeId node = world.RegisterType(new TypeShape("node", 16, 0));
        long sum = 0;
        InRun(world, () => Threads.Run(Callers, caller =>
        {
            for (int call = 0; call < Calls; call++)
            {
                world.Call(g =>
                {
                    using Frame<NativeSync> frame = g.PushFrame(2);
                    for (int i = 0; i < 5; i++)
                    {
                        frame[1] = g.Allocate(node);
                        g.WriteReference(frame[1], 0, frame[0]);
                        g.WriteWord(frame[1], 8, 1);
                        frame[0] = frame[1];
                        if (i == caller)
                        {
                            g.Collect();
                        }

                        g.AllocateBytes(64);
                    }

                    for (Reference at = frame[0]; !at.IsNull; at = g.ReadReference(at, 0))
                    {
                        Interlocked.Add(ref sum, g.ReadWord(at, 8));
                    }
                });
            }
        }));
        Assert.Equal(Callers * Calls * 5, sum);
    }

    [Fact]
    public void A_goroutine_that_waits_for_a_call_is_no_deadlock()
    {
        using var world = new World<NativeSync>(s_options with { Processors = 1 });
        ChannelType numbers = world.RegisterChannel(SlotKind.NoPointer);
        using var waits = new ManualResetEventSlim();
        long received = 0;
        Threads.Run(2, thread =>
        {
            if (thread == 0)
            {
                world.Run(async g =>
                {
                    RootArea<NativeSync> bss = g.Bss;
                    bss[0] = g.MakeChannel(numbers, 0);
                    waits.Set();
                    received = (await g.Receive(bss[0])).Number;
                });
            }
            else
            {
                waits.Wait();
                Thread.Sleep(20);
                world.Call(g => g.Go(static async other => await other.Send(other.Bss[0], 42)));
            }
        });
        Assert.Equal(42, received);
    }

    [Fact]
    public void A_call_is_a_goroutine_among_others_and_none_when_it_has_ended()
    {
        using var world = new World<NativeSync>(s_options);
        InRun(world, () =>
        {
            Assert.Equal(1, world.GoroutineCount);
            long first = 0;
            world.Call(g =>
            {
                first = g.Id;
                Assert.Equal(["running", "syscall"], g.ProfileGoroutines().Select(info => info.Status).Order());
                Assert.Contains(world.ListGoroutines(), info => info.Id == g.Id);
                g.SystemCall(() => Assert.Equal(2, world.GoroutineCount));
            });
            world.Call(g => Assert.NotEqual(first, g.Id));
            Assert.Equal(1, world.GoroutineCount);
        });
    }

    [Fact]
    public void A_goroutine_in_a_system_call_is_called_back_and_returns_to_the_call()
    {
        using var world = new World<NativeSync>(s_options with { Processors = 1, MaxMachines = 2 });
        InRun(world, () => world.Call(g =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.AllocateBytes(8);
            g.SystemCall(() =>
            {
                g.Callback(inner =>
                {
                    inner.Collect();
                    inner.WriteWord(frame[0], 0, 7);
                    Assert.Throws<InvalidOperationException>(() => inner.Callback(static _ => { }));
                    inner.SystemCall(() => inner.Callback(static deeper => deeper.Collect()));
                });
                Assert.Throws<InvalidOperationException>(g.Safepoint);
            });
            Assert.Equal(7, g.ReadWord(frame[0], 0));
        }));
    }

    [Fact]
    public void A_goroutine_in_a_system_call_may_call_in_like_any_thread()
    {
        using var world = new World<NativeSync>(s_options with { Processors = 1 });
        long inner = 0;
        InRun(world, () => world.Call(g => g.SystemCall(() => world.Call(other =>
        {
            inner = other.Id;
            other.Collect();
        }))));
        Assert.NotEqual(0, inner);
    }

    [Fact]
    public void Threads_wait_for_an_M_when_there_may_be_no_more()
    {
        using var world = new World<NativeSync>(s_options with { MaxMachines = 2 });
        int inside = 0;
        int calls = 0;
        InRun(world, () => Threads.Run(3, _ =>
        {
            for (int call = 0; call < 20; call++)
            {
                world.Call(g =>
                {
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    g.SystemCall(static () => Thread.Yield());
                    calls++;
                    Interlocked.Decrement(ref inside);
                });
            }
        }));
        Assert.Equal(60, calls);
    }

    [Fact]
    public void The_list_keeps_an_M_in_reserve()
    {
        using var world = new World<NativeSync>(s_options);
        using var both = new Barrier(3);
        InRun(world, () => Threads.Run(3, _ => world.Call(g => g.SystemCall(both.SignalAndWait))));
        Assert.Equal((4, 4), world.Scheduler.ExtraMachines);
        InRun(world, () => world.Call(g => Assert.Equal((3, 4), world.Scheduler.ExtraMachines)));
        Assert.Equal((4, 4), world.Scheduler.ExtraMachines);
    }

    [Fact]
    public void A_run_does_not_end_before_the_calls()
    {
        using var world = new World<NativeSync>(s_options);
        using var inside = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        bool over = false;
        Threads.Run(2, thread =>
        {
            if (thread == 0)
            {
                world.Run(g => g.SystemCall(inside.Wait));
                Assert.True(Volatile.Read(ref over));
            }
            else
            {
                CallWhenItRuns(world, g =>
                {
                    inside.Set();
                    g.SystemCall(static () => Thread.Sleep(30));
                    g.Collect();
                    Volatile.Write(ref over, true);
                });
            }
        });
    }

    [Fact]
    public void A_world_that_does_not_run_takes_no_calls()
    {
        var world = new World<NativeSync>(s_options);
        Assert.Throws<InvalidOperationException>(() => world.Call(static _ => { }));
        world.Run(static g => g.Collect());
        Assert.Throws<InvalidOperationException>(() => world.Call(static _ => { }));
        Assert.Throws<ArgumentNullException>(() => world.Call(null!));
        world.Dispose();
        Assert.Throws<ObjectDisposedException>(() => world.Call(static _ => { }));
    }

    [Fact]
    public void A_world_made_without_foreign_calls_takes_none()
    {
        using var world = new World<NativeSync>(s_options with { ForeignCalls = false });
        Exception thrown = Assert.Throws<InvalidOperationException>(() => InRun(world, () => world.Call(static _ => { })));
        Assert.Contains(nameof(WorldOptions.ForeignCalls), thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new World<NativeSync>(s_options with { MaxMachines = 1 }));
    }

    [Fact]
    public void An_exception_that_leaves_a_call_fails_the_world()
    {
        var dumps = new List<string>();
        using var world = new World<NativeSync>(s_options with { CrashOutput = dumps.Add });
        var failure = new InvalidOperationException("out of tea");
        Exception? ofCall = null;
        Exception ofRun = Assert.Throws<InvalidOperationException>(() => InRun(world, () =>
            ofCall = Assert.Throws<InvalidOperationException>(() => world.Call(g =>
            {
                using Frame<NativeSync> frame = g.PushFrame(3);
                throw failure;
            }))));
        Assert.Same(failure, ofRun);
        Assert.Same(failure, ofCall);
        Assert.StartsWith("fatal error: out of tea\n\ngoroutine 2 [running]:", Assert.Single(dumps), StringComparison.Ordinal);
        Assert.Throws<WorldFailedException>(() => world.Call(static _ => { }));
    }

    [Fact]
    public void A_call_unwinds_when_the_world_fails_and_Run_waits_for_it()
    {
        using var world = new World<NativeSync>(s_options);
        using var inside = new ManualResetEventSlim();
        bool unwound = false;
        Threads.Run(2, thread =>
        {
            if (thread == 0)
            {
                Assert.Throws<InvalidOperationException>(() => world.Run(g =>
                {
                    g.SystemCall(inside.Wait);
                    throw new InvalidOperationException("out of tea");
                }));
                Assert.True(Volatile.Read(ref unwound));
            }
            else
            {
                Assert.Throws<WorldFailedException>(() => CallWhenItRuns(world, g =>
                {
                    try
                    {
                        g.SystemCall(() => g.Callback(inner =>
                        {
                            inside.Set();
                            while (true)
                            {
                                inner.Safepoint();
                            }
                        }));
                    }
                    finally
                    {
                        Thread.Sleep(20);
                        Volatile.Write(ref unwound, true);
                    }
                }));
            }
        });
    }

    [Fact]
    public void A_goroutine_is_of_no_use_after_its_call()
    {
        using var world = new World<NativeSync>(s_options);
        InRun(world, () =>
        {
            Goroutine<NativeSync>? kept = null;
            world.Call(g => kept = g);
            Assert.Throws<InvalidOperationException>(kept!.Collect);
            Assert.Throws<InvalidOperationException>(() => kept.Callback(static _ => { }));
        });
    }

    /// <summary>Does something on other threads while a goroutine of the world is in a system call.</summary>
    private static void InRun(World<NativeSync> world, Action outside)
    {
        using var runs = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        Threads.Run(2, thread =>
        {
            if (thread == 0)
            {
                world.Run(g => g.SystemCall(() =>
                {
                    runs.Set();
                    ended.Wait();
                }));
                return;
            }

            runs.Wait();
            try
            {
                outside();
            }
            finally
            {
                ended.Set();
            }
        });
    }

    private static void CallWhenItRuns(World<NativeSync> world, Action<Goroutine<NativeSync>> body)
    {
        while (true)
        {
            try
            {
                world.Call(body);
                return;
            }
            catch (InvalidOperationException exception) when (exception.Message == "the world does not run")
            {
                Thread.Yield();
            }
        }
    }
}
