using Testbed.Explorer;
using Xunit;

namespace Testbed.Unit.Explorer.Shards;

public sealed class SearchEstimateTests
{
    [Fact]
    public void Few_parts_say_nothing() => Assert.Null(SearchEstimate.From([5, 5, 5], 64, 15));

    [Fact]
    public void Equal_parts_leave_no_doubt()
    {
        SearchEstimate estimate = SearchEstimate.From([5, 5, 5, 5], 64, 20)!;
        Assert.Equal((320, 320, 320), (estimate.Total, estimate.Low, estimate.High));
    }

    [Fact]
    public void Unequal_parts_leave_some()
    {
        SearchEstimate estimate = SearchEstimate.From([1, 3, 5, 7], 16, 16)!;
        Assert.Equal(64, estimate.Total);
        Assert.Equal("about 64 executions (28 to 100), by 4 of 16 parts", estimate.ToString());
    }

    [Fact]
    public void What_has_ended_is_there_in_any_case()
    {
        SearchEstimate estimate = SearchEstimate.From([1, 1, 1, 1], 8, 100)!;
        Assert.Equal((100, 100, 100), (estimate.Total, estimate.Low, estimate.High));
    }
}
