using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Channels on real threads: what each operation promises, and what the collector sees of them.</summary>
public class ChannelTests
{
    private const int Words = 2 * sizeof(long);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void What_is_sent_is_received_in_order_until_the_channel_is_closed(int capacity)
    {
        const int Sent = 1_000;
        var received = new List<long>();
        Run(processors: 2, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, capacity);
            g.Go(Send, frame[0]);
            ChannelResult got;
            while ((got = await g.Receive(frame[0])).Ok)
            {
                received.Add(got.Number);
            }

            Assert.Equal((0, false, 0L), (got.Case, got.Ok, got.Number));
            Assert.False((await g.Receive(frame[0])).Ok);
        });
        Assert.Equal(Enumerable.Range(0, Sent).Select(i => (long)i), received);

        static async GoroutineTask Send(Goroutine<NativeSync> g, Reference channel)
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = channel;
            for (long i = 0; i < Sent; i++)
            {
                ChannelResult sent = await g.Send(frame[0], i);
                Assert.True(sent.Ok);
            }

            g.Close(frame[0]);
        }
    }

    [Fact]
    public void A_channel_knows_how_much_it_holds_and_can_hold()
        => Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, 3);
            await g.Send(frame[0], 7);
            await g.Send(frame[0], 8);
            Assert.Equal((2, 3), (g.CountOf(frame[0]), g.CapacityOf(frame[0])));
            Assert.Equal(7, (await g.Receive(frame[0])).Number);
            Assert.Equal(1, g.CountOf(frame[0]));
        });

    [Fact]
    public void What_a_closed_channel_holds_is_received_first()
        => Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, 1);
            await g.Send(frame[0], 7);
            g.Close(frame[0]);
            Assert.Equal(new ChannelResult(0, true, default, 7), await g.Receive(frame[0]));
            Assert.Equal(new ChannelResult(0, false, default, 0), await g.Receive(frame[0]));
        });

    [Fact]
    public void Nobody_sends_to_a_closed_channel_or_closes_it_again()
        => Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, 1);
            g.Close(frame[0]);
            bool thrown = false;
            try
            {
                await g.Send(frame[0], 1);
            }
            catch (ChannelClosedException)
            {
                thrown = true;
            }

            Assert.True(thrown);
            Assert.Throws<ChannelClosedException>(() => g.TrySelect(ChannelCase.Send(frame[0], 1)));
            Assert.Throws<ChannelClosedException>(() => g.Close(frame[0]));
            Assert.Throws<ArgumentException>(() => g.Close(Reference.Null));
        });

    /// <summary>Whoever waits at a channel when it is closed goes on: a sender fails, a receiver gets nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_lets_all_go_that_wait(bool sends)
    {
        int failed = 0;
        int empty = 0;
        Run(processors: 2, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, 0);
            GoroutineHandle[] waiting = [.. Enumerable.Range(0, 3).Select(_ => g.Go(Wait, frame[0]))];
            await WaitUntil(g, sends ? "channel send" : "channel receive", 3);
            g.Close(frame[0]);
            foreach (GoroutineHandle one in waiting)
            {
                await g.Join(one);
            }
        });
        Assert.Equal(sends ? (3, 0) : (0, 3), (failed, empty));

        async GoroutineTask Wait(Goroutine<NativeSync> g, Reference channel)
        {
            try
            {
                ChannelResult got = sends ? await g.Send(channel, 1) : await g.Receive(channel);
                System.Threading.Interlocked.Add(ref empty, got.Ok ? 0 : 1);
            }
            catch (ChannelClosedException)
            {
                System.Threading.Interlocked.Increment(ref failed);
            }
        }
    }

    /// <summary>The first that waits is served first, and nobody who comes by overtakes it (golang/go#11506).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Those_who_wait_are_served_in_order(int capacity)
    {
        var received = new List<long>();
        Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, capacity);
            for (int i = 0; i < capacity + 3; i++)
            {
                long number = i;
                g.Go(async (sender, channel) => await sender.Send(channel, number), frame[0]);
            }

            await WaitUntil(g, "channel send", 3);
            received.Add((await g.Receive(frame[0])).Number);
            Assert.Equal(-1, g.TrySelect(ChannelCase.Send(frame[0], 100)).Case);
            for (int i = 1; i < capacity + 3; i++)
            {
                received.Add((await g.Receive(frame[0])).Number);
            }
        });
        Assert.Equal(Enumerable.Range(0, capacity + 3).Select(i => (long)i), received);
    }

    [Fact]
    public void A_select_that_does_not_wait_does_what_is_ready_or_nothing()
        => Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(2);
            frame[0] = g.MakeChannel(kinds.Numbers, 1);
            frame[1] = g.MakeChannel(kinds.Numbers, 0);
            Assert.Equal(-1, g.TrySelect().Case);
            Assert.Equal(-1, g.TrySelect(ChannelCase.Receive(default), ChannelCase.Receive(frame[0])).Case);
            await g.Send(frame[0], 5);
            ChannelResult got = g.TrySelect(ChannelCase.Send(frame[1], 1), ChannelCase.Receive(frame[0]));
            Assert.Equal(new ChannelResult(1, true, default, 5), got);
        });

    [Fact]
    public void Of_the_cases_that_are_ready_each_is_chosen()
    {
        int[] chosen = new int[3];
        Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(3);
            for (int i = 0; i < 3; i++)
            {
                frame[i] = g.MakeChannel(kinds.Numbers, 0);
                g.Close(frame[i]);
            }

            for (int i = 0; i < 300; i++)
            {
                chosen[(await g.Select([.. Receives(frame, 3)])).Case]++;
            }
        });
        Assert.All(chosen, count => Assert.InRange(count, 50, 150));
    }

    /// <summary>A select that waits is ended once, by one channel, and stands in no queue afterwards.</summary>
    [Fact]
    public void A_select_that_waits_is_ended_by_one_of_its_channels()
    {
        const int Rounds = 2_000;
        long sum = 0;
        Run(processors: 3, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(3);
            for (int i = 0; i < 3; i++)
            {
                frame[i] = g.MakeChannel(kinds.Numbers, i);
                g.Go(Send, frame[i]);
            }

            for (int i = 0; i < 3 * Rounds; i++)
            {
                sum += (await g.Select([.. Receives(frame, 3)])).Number;
            }

            Assert.Equal(-1, g.TrySelect([.. Receives(frame, 3)]).Case);
        });
        Assert.Equal(3L * Rounds * (Rounds + 1) / 2, sum);

        static async GoroutineTask Send(Goroutine<NativeSync> g, Reference channel)
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = channel;
            for (long i = 1; i <= Rounds; i++)
            {
                await g.Send(frame[0], i);
            }
        }
    }

    /// <summary>Nobody can end the wait at a channel that is null, or at none: that is a deadlock.</summary>
    [Theory]
    [InlineData("send")]
    [InlineData("receive")]
    [InlineData("select")]
    [InlineData("nothing")]
    public void A_wait_that_nobody_can_end_is_a_deadlock(string kind)
        => Assert.Throws<DeadlockException>(() => Run(processors: 2, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.Numbers, 0);
            g.Go(other => { });
            switch (kind)
            {
                case "send":
                    await g.Send(frame[0], 1);
                    break;
                case "receive":
                    await g.Receive(default);
                    break;
                case "select":
                    await g.Select(ChannelCase.Receive(frame[0]), ChannelCase.Send(frame[0], 1));
                    break;
                default:
                    await g.Select();
                    break;
            }
        }));

    [Fact]
    public void A_channel_takes_only_what_it_carries_and_is_told_from_other_objects()
        => Run(processors: 1, (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(3);
            frame[0] = g.MakeChannel(kinds.Numbers, 1);
            frame[1] = g.MakeChannel(kinds.References, 1);
            frame[2] = g.AllocateBytes(256);
            Assert.Throws<ArgumentException>(() => g.TrySelect(ChannelCase.Send(frame[0], frame[2])));
            Assert.Throws<ArgumentException>(() => g.TrySelect(ChannelCase.Send(frame[1], 1)));
            Assert.Throws<ArgumentException>(() => g.TrySelect(ChannelCase.Receive(frame[2])));
            Assert.Throws<ArgumentException>(() => g.Close(g.AllocateBytes(8)));
            Assert.Throws<ArgumentException>(() => g.CountOf(g.Interior(frame[0], 8)));
            Assert.Throws<InvalidOperationException>(() => g.SystemCall(() => g.CountOf(frame[0])));
            return GoroutineTask.Completed;
        });

    /// <summary>The only way to the element is the goroutine that waits to be rid of it.</summary>
    [Fact]
    public void What_a_goroutine_waits_to_send_stays_alive()
        => Run(processors: 2, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            frame[0] = g.MakeChannel(kinds.References, 0);
            g.Go(
                async (sender, channel) =>
                {
                    Reference made = sender.AllocateBytes(Words);
                    sender.WriteWord(made, 0, 0x5EED);
                    await sender.Send(channel, made);
                },
                frame[0]);
            await WaitUntil(g, "channel send", 1);
            g.Collect();
            for (int i = 0; i < 100; i++)
            {
                g.WriteWord(g.AllocateBytes(Words), 0, -1);
            }

            Assert.Equal(0x5EED, g.ReadWord((await g.Receive(frame[0])).Reference, 0));
        });

    /// <summary>Channels that nobody refers to are freed, with what they hold; what was received is not held.</summary>
    [Fact]
    public void A_channel_is_an_object_like_any_other()
        => Run(processors: 1, async (g, kinds) =>
        {
            using Frame<NativeSync> frame = g.PushFrame(1);
            g.Collect();
            long before = g.ReadStatistics().Heap.Objects;
            for (int i = 0; i < 100; i++)
            {
                frame[0] = g.MakeChannel(kinds.References, 2);
                await g.Send(frame[0], g.AllocateBytes(Words));
                await g.Send(frame[0], g.AllocateBytes(Words));
                await g.Receive(frame[0]);
            }

            g.Collect();
            Assert.Equal(before + 2, g.ReadStatistics().Heap.Objects);
            frame[0] = Reference.Null;
            g.Collect();
            Assert.Equal(before, g.ReadStatistics().Heap.Objects);
        });

    private static IEnumerable<ChannelCase> Receives(Frame<NativeSync> frame, int count)
        => Enumerable.Range(0, count).Select(i => ChannelCase.Receive(frame[i]));

    /// <summary>Lets others run until so many goroutines wait for something.</summary>
    private static async GoroutineTask WaitUntil(Goroutine<NativeSync> g, string reason, int count)
    {
        while (g.ProfileGoroutines().Count(one => one.WaitReason == reason) < count)
        {
            await g.Yield();
        }
    }

    private static void Run(int processors, Func<Goroutine<NativeSync>, Kinds, GoroutineTask> body)
        => Threads.Run(1, _ =>
        {
            using var world = new World<NativeSync>(new WorldOptions { Processors = processors });
            var kinds = new Kinds(
                world.RegisterChannel(SlotKind.NoPointer), world.RegisterChannel(SlotKind.Pointer));
            world.Run(g => body(g, kinds));
        });

    private sealed record Kinds(ChannelType Numbers, ChannelType References);
}
