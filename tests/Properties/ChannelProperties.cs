using Testbed.Explorer;
using Testbed.Properties.Channels;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties;

/// <summary>Whatever goroutines do with channels, what must be true of all orders is true of the one that happened.</summary>
public class ChannelProperties
{
    private const int SchedulesPerCase = 10;

    private static readonly ChannelStep s_send = new(StepKind.Operate, [new StepCase(0, Sends: true)], HasDefault: false);
    private static readonly ChannelStep s_receive = new(StepKind.Operate, [new StepCase(0, Sends: false)], HasDefault: false);
    private static readonly ChannelStep s_try = s_receive with { HasDefault = true };
    private static readonly ChannelStep s_close = new(StepKind.Close, [new StepCase(0, Sends: false)], HasDefault: false);

    [Fact]
    public void Programs_of_channels_go_right_on_real_threads()
        => PropertyCheck.Holds(ChannelProgram.All, ChannelRun<NativeSync>.Run, count: 500);

    [Fact]
    public void Programs_of_channels_go_right_under_every_schedule()
        => PropertyCheck.Holds(ChannelProgram.All, Explore, count: 60);

    [Fact]
    public void A_run_that_went_right_is_none_to_complain_of()
    {
        // Capacity 1: two are sent, the channel is closed, both are received, and then there is nothing.
        Verify(
            1,
            Sent(1, 1, 2), Sent(2, 3, 6), Received(1, 4, 5), Closed(7, 8), Received(2, 9, 10),
            Drained(11, 12), Refused(s_send, 13), Refused(s_close, 14));

        // Two at the same time, received in the other order; one receives too early to find something.
        Verify(1, Sent(1, 1, 5), Sent(2, 2, 6), Received(2, 3, 7), Received(1, 8, 9), Default(1));

        // Everybody waits for something that nobody does.
        Verify(0, Waits(1, s_send), Waits(2, s_send));
        Verify(1, Sent(1, 1, 2), Waits(1, s_send), Default(1));
    }

    [Fact]
    public void Whatever_goes_wrong_is_told()
    {
        Refuses("received twice", 1, Sent(1, 1, 2), Received(1, 3, 4), Received(1, 5, 6));
        Refuses("was not sent", 1, Received(1, 3, 4));
        Refuses("before it is sent", 1, Received(1, 1, 2), Sent(1, 3, 4));
        Refuses("which holds nothing", 0, Sent(1, 1, 2), Received(1, 3, 4));
        Refuses("2 overtakes 1", 2, Sent(1, 1, 2), Sent(2, 3, 4), Received(2, 5, 6), Received(1, 7, 8));
        Refuses("2 overtakes 1", 2, Sent(1, 1, 2), Sent(2, 3, 4), Received(2, 5, 6));
        Refuses("holds 2 elements of 1", 1, Sent(1, 1, 2), Sent(2, 3, 4));
        Refuses("after it was closed", 1, Closed(1, 2), Sent(1, 3, 4));
        Refuses("is closed 2 times", 1, Closed(1, 2), Closed(3, 4));
        Refuses("takes its default", 1, Closed(1, 2), Default(3));
        Refuses("which nobody has closed", 1, Drained(1, 2), Closed(3, 4));
        Refuses("after there was nothing", 1, Closed(1, 2), Sent(1, 1, 2), Drained(3, 4), Received(1, 5, 6));
        Refuses("though nobody has closed", 1, Refused(s_send, 1), Closed(3, 4));
        Refuses("though nobody has closed", 1, Refused(s_close, 1));
        Refuses("which is closed", 1, Closed(1, 2), Waits(1, s_receive));
        Refuses("which holds 0", 1, Waits(1, s_send));
        Refuses("which holds 1", 1, Sent(1, 1, 2), Waits(1, s_receive));
        Refuses("wait for each other", 0, Waits(1, s_send), Waits(2, s_receive));
    }

    private static ChannelEvent Sent(long value, long start, long end)
        => new(0, s_send, start) { End = StepEnd.Sent, EndTime = end, Channel = 0, Value = value };

    private static ChannelEvent Received(long value, long start, long end)
        => new(0, s_receive, start) { End = StepEnd.Received, EndTime = end, Channel = 0, Value = value };

    private static ChannelEvent Drained(long start, long end)
        => new(0, s_receive, start) { End = StepEnd.Drained, EndTime = end, Channel = 0 };

    private static ChannelEvent Closed(long start, long end)
        => new(0, s_close, start) { End = StepEnd.Closed, EndTime = end, Channel = 0 };

    private static ChannelEvent Refused(ChannelStep step, long time)
        => new(0, step, time) { End = StepEnd.Refused, EndTime = time };

    private static ChannelEvent Default(long time) => new(0, s_try, time) { End = StepEnd.Default, EndTime = time };

    private static ChannelEvent Waits(int goroutine, ChannelStep step) => new(goroutine, step, 9);

    private static void Verify(int capacity, params ChannelEvent[] events) => new ChannelOracle([capacity], events).Verify();

    private static void Refuses(string message, int capacity, params ChannelEvent[] events)
        => Assert.Contains(
            message, Assert.Throws<OracleException>(() => Verify(capacity, events)).Message, StringComparison.Ordinal);

    private static void Explore(ChannelProgram program)
    {
        var options = new ExplorationOptions
        {
            Seed = program.ScheduleSeed,
            MaxExecutions = SchedulesPerCase,
            MaxSteps = 100_000,
        };
        new Exploration("channels", () => ChannelRun<ExplorerSync>.Run(program), options).Run().ThrowIfFailed();
    }
}
