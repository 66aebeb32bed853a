using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>The lists of dead goroutines, each P's and the one for all.</summary>
public sealed unsafe class FreeGoroutinesTests : IDisposable
{
    private const int Full = 64;
    private const int Refilled = Full / 2;

    private readonly FreeGoroutines<NativeSync> _free = new(Full);
    private readonly P* _processors = NativeSync.Allocate<P>(2, "p");
    private readonly G* _goroutines = NativeSync.Allocate<G>(Full, "g");

    public void Dispose()
    {
        NativeSync.Free(_goroutines);
        NativeSync.Free(_processors);
        _free.Dispose();
    }

    [Fact]
    public void A_processor_keeps_what_it_was_given_last_in_first_out()
    {
        P* p = _processors;
        Assert.True(_free.Take(p) == null);
        _free.Put(p, _goroutines);
        _free.Put(p, _goroutines + 1);
        Assert.True(_free.Take(_processors + 1) == null);
        Assert.True(_free.Take(null) == null);
        Assert.True(_free.Take(p) == _goroutines + 1);
        Assert.True(_free.Take(p) == _goroutines);
        Assert.True(_free.Take(p) == null);
    }

    [Fact]
    public void One_fewer_than_a_full_list_stays_with_its_processor()
    {
        PutAll(Full - 1);
        Assert.Equal(Full - 1, _processors->FreeGoroutineCount);
        Assert.True(_free.Take(_processors + 1) == null);
    }

    [Fact]
    public void A_full_list_gives_half_to_all_and_another_processor_takes_as_many()
    {
        P* other = _processors + 1;
        PutAll(Full);
        Assert.Equal(Refilled - 1, _processors->FreeGoroutineCount);

        // What it did not keep is the one taken and a refilled list.
        Assert.True(_free.Take(other) != null);
        Assert.Equal(Refilled, other->FreeGoroutineCount);
        Assert.True(_free.Take(null) == null);
    }

    [Fact]
    public void Nobody_is_lost_or_given_twice()
    {
        PutAll(Full);
        var seen = new HashSet<nint>();
        foreach (nint owner in new[] { (nint)_processors, (nint)(_processors + 1), 0 })
        {
            for (G* g; (g = _free.Take((P*)owner)) != null;)
            {
                Assert.True(seen.Add((nint)g));
            }
        }

        Assert.Equal(Full, seen.Count);
    }

    [Fact]
    public void A_caller_without_a_processor_shares_with_all()
    {
        _free.Put(null, _goroutines);
        Assert.True(_free.Take(_processors) == _goroutines);
        Assert.Equal(0, _processors->FreeGoroutineCount);
    }

    private void PutAll(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _free.Put(_processors, _goroutines + i);
        }
    }
}
