using Testbed.Explorer;
using Xunit;

namespace Testbed.Unit.Explorer.Shards;

public sealed class SearchEstimateTests
{
    [Fact]
    public void Few_parts_say_nothing() => Assert.Null(SearchEstimate.From([.. Enumerable.Repeat(5L, 15)], 64, 75));

    [Fact]
    public void Equal_parts_leave_no_doubt()
    {
        SearchEstimate estimate = SearchEstimate.From([.. Enumerable.Repeat(5L, 16)], 64, 80)!;
        Assert.Equal((320, 320, 320), (estimate.Total, estimate.Low, estimate.High));
    }

    [Fact]
    public void Unequal_parts_leave_some()
    {
        long[] sizes = [.. Enumerable.Repeat(1L, 8), .. Enumerable.Repeat(9L, 8)];
        SearchEstimate estimate = SearchEstimate.From(sizes, 64, 80)!;
        Assert.Equal("about 320 executions (206 to 434), by 16 of 64 parts", estimate.ToString());
    }

    [Fact]
    public void What_has_ended_is_there_in_any_case()
    {
        SearchEstimate estimate = SearchEstimate.From([.. Enumerable.Repeat(1L, 16)], 20, 100)!;
        Assert.Equal((100, 100, 100), (estimate.Total, estimate.Low, estimate.High));
    }
}
