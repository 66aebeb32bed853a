using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

public class MarkTerminationTests
{
    [Fact]
    public void EndsWhenTheLastWorkerIsIdle()
    {
        using var termination = new MarkTermination<NativeSync>();
        termination.Setup(2);
        Assert.False(termination.SomebodyIdle);
        termination.CountIdle();
        Assert.True(termination.SomebodyIdle);
        Assert.False(termination.Ended);
        termination.CountIdle();
        Assert.True(termination.Ended);
    }

    [Fact]
    public void DoesNotEndWhileSomebodyMayTakeWork()
    {
        using var termination = new MarkTermination<NativeSync>();
        termination.Setup(2);
        termination.CountIdle();
        termination.CountBusy();
        termination.CountIdle();
        Assert.False(termination.Ended);
        termination.CountIdle();
        termination.CountBusy();
        Assert.False(termination.Ended);
        termination.CountIdle();
        Assert.True(termination.Ended);
    }

    [Fact]
    public void StartsAnew()
    {
        using var termination = new MarkTermination<NativeSync>();
        termination.Setup(1);
        termination.CountIdle();
        Assert.True(termination.Ended);
        termination.Setup(1);
        Assert.False(termination.Ended);
        Assert.False(termination.SomebodyIdle);
    }

    [Fact]
    public void RefusesMoreThanAllAndLessThanNone()
    {
        using var termination = new MarkTermination<NativeSync>();
        termination.Setup(1);
        termination.CountIdle();
        Assert.Throws<CorruptionException>(termination.CountIdle);
        termination.Setup(1);
        Assert.Throws<CorruptionException>(termination.CountBusy);
    }
}
