using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>The queue of runnable goroutines of a P, used by one thread.</summary>
public sealed unsafe class RunQueuesTests : IDisposable
{
    private const int Length = 8;

    private readonly RunQueues<NativeSync> _queues = new(Length);
    private readonly P* _processors = NativeSync.Allocate<P>(2, "p");
    private readonly G* _goroutines = NativeSync.Allocate<G>(2 * Length, "g");

    public RunQueuesTests()
    {
        _queues.Create(_processors);
        _queues.Create(_processors + 1);
    }

    public void Dispose()
    {
        RunQueues<NativeSync>.Free(_processors + 1);
        RunQueues<NativeSync>.Free(_processors);
        NativeSync.Free(_goroutines);
        NativeSync.Free(_processors);
    }

    [Fact]
    public void Goroutines_come_out_in_the_order_in_which_they_went_in_however_often_the_ring_turns()
    {
        for (int i = 0; i < 10 * Length; i++)
        {
            Assert.True(_queues.TryPut(_processors, _goroutines + (i % Length)));
            Assert.True(_queues.TryPut(_processors, _goroutines + Length));
            Assert.Equal(i % Length, Take(_processors));
            Assert.Equal(Length, Take(_processors));
        }

        Assert.True(RunQueues<NativeSync>.IsEmpty(_processors));
        Assert.Equal(-1, Take(_processors));
    }

    [Fact]
    public void A_full_queue_gives_its_older_half()
    {
        Put(Length);
        Assert.False(_queues.TryPut(_processors, _goroutines + Length));
        G* g = _queues.TryTakeHalf(_processors);
        for (int i = 0; i < Length / 2; i++, g = g->ScheduleLink)
        {
            Assert.True(g == _goroutines + i);
        }

        Assert.True(g == null);
        Assert.Equal(Length / 2, Take(_processors));
        Assert.True(_queues.TryTakeHalf(_processors) == null);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 3)]
    [InlineData(Length, Length / 2)]
    public void A_thief_takes_the_older_half(int queued, int stolen)
    {
        P* thief = _processors + 1;
        Put(queued);
        G* g = _queues.TrySteal(thief, _processors);
        Assert.True(g == _goroutines + (stolen - 1));
        for (int i = 0; i < stolen - 1; i++)
        {
            Assert.Equal(i, Take(thief));
        }

        Assert.Equal(-1, Take(thief));
        Assert.Equal(queued == stolen ? -1 : stolen, Take(_processors));
    }

    [Fact]
    public void There_is_nothing_to_steal_from_an_empty_queue()
        => Assert.True(_queues.TrySteal(_processors + 1, _processors) == null);

    private void Put(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(_queues.TryPut(_processors, _goroutines + i));
        }
    }

    /// <summary>The number of the goroutine that the owner takes, or -1.</summary>
    private int Take(P* p)
    {
        G* g = _queues.TryTake(p);
        return g == null ? -1 : (int)(g - _goroutines);
    }
}
