using Testbed.Explorer;
using Xunit;

namespace Testbed.Unit.Explorer;

/// <summary>Who stalls is told from who has not been given a processor.</summary>
public class StallClockTests
{
    private readonly ManualTime _time = new();
    private readonly EngineWatch _watch = new();

    [Fact]
    public void An_engine_that_is_looked_at_often_and_takes_no_step_has_stalled()
    {
        StallClock clock = Begin();
        for (int i = 0; i < 9; i++)
        {
            Assert.Null(Look(clock, after: 100));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), Look(clock, after: 100));
    }

    [Fact]
    public void A_machine_that_stood_still_stalls_nobody()
    {
        StallClock clock = Begin();
        Assert.Null(Look(clock, after: 60_000));
    }

    [Fact]
    public void A_step_begins_the_time_anew()
    {
        StallClock clock = Begin();
        for (int i = 0; i < 40; i++)
        {
            if (i % 5 == 0)
            {
                _watch.Step();
            }

            Assert.Null(Look(clock, after: 200));
        }
    }

    [Fact]
    public void Between_executions_nothing_stalls()
    {
        StallClock clock = Begin();
        _watch.End();
        for (int i = 0; i < 40; i++)
        {
            Assert.Null(Look(clock, after: 200));
        }
    }

    private StallClock Begin()
    {
        _watch.Begin();
        var clock = new StallClock(TimeSpan.FromSeconds(1), _time);
        Assert.Null(clock.Find(_watch));
        return clock;
    }

    private TimeSpan? Look(StallClock clock, int after)
    {
        _time.Now += TimeSpan.FromMilliseconds(after);
        return clock.Find(_watch);
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
