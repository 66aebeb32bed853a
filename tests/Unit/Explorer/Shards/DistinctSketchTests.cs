using Testbed.Explorer;
using Xunit;

namespace Testbed.Unit.Explorer.Shards;

public sealed class DistinctSketchTests
{
    [Fact]
    public void Few_are_counted_exactly()
    {
        Assert.Equal(1_000, Of(0, 1_000).Count);
        var sketch = Of(0, 1_000);
        sketch.Add(7);
        Assert.Equal(1_000, sketch.Count);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void Many_are_counted_to_a_tenth(int count) => Assert.InRange(Of(0, count).Count, count * 0.9, count * 1.1);

    [Fact]
    public void Two_count_together_what_they_have_in_common_once()
    {
        var both = new DistinctSketch(Of(0, 30_000).Kept.Concat(Of(20_000, 30_000).Kept));
        Assert.InRange(both.Count, 45_000, 55_000);
        Assert.Equal(Of(0, 50_000).Kept, both.Kept);
    }

    private static DistinctSketch Of(int first, int count)
    {
        var sketch = new DistinctSketch([]);
        for (int i = first; i < first + count; i++)
        {
            sketch.Add((ulong)i);
        }

        return sketch;
    }
}
