using Testbed.Collector;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Holds the generated size classes to the seed's table, and any others to what the heap relies on.</summary>
public class HeapSizeClassesTests
{
    /// <summary>The seed's classes: bytes an object, pages a span, objects a span.</summary>
    private const string Seed =
        "8/1/512 16/1/256 32/1/128 48/1/85 64/1/64 80/1/51 96/1/42 112/1/36 128/1/32 144/1/28 160/1/25 176/1/23 "
        + "192/1/21 208/1/19 224/1/18 240/1/17 256/1/16 288/1/14 320/1/12 352/1/11 384/1/10 448/1/9 512/1/8 576/1/7 "
        + "640/1/6 704/2/11 768/1/5 832/2/9 1024/1/4 1152/2/7 1280/1/3 1408/3/8 1536/2/5 1664/3/7 2048/1/2 2304/3/5 "
        + "2560/2/3 3072/3/4 3328/5/6 4096/1/1 4352/6/5 4608/5/4 5120/4/3 6144/3/2 6656/5/3 6912/7/4 8192/2/1 "
        + "8704/7/3 10240/5/2 10496/8/3 12288/3/1 14080/7/2 16384/4/1 17664/9/2 20480/5/1 21248/11/2 24576/6/1 "
        + "24832/13/2 28672/7/1 32768/8/1";

    [Fact]
    public void DefaultsGiveTheSeedsTable()
    {
        var options = new WorldOptions();
        var classes = new SizeClasses(options.PageBytes, options.MaxSmallSize);
        string table = string.Join(' ', Enumerable.Range(1, classes.Count - 1).Select(sizeClass =>
        {
            int size = classes.SizeOf(sizeClass);
            int pages = classes.PagesOf(sizeClass);
            return $"{size}/{pages}/{pages * options.PageBytes / size}";
        }));
        Assert.Equal(Seed, table);
    }

    [Theory]
    [InlineData(4096, 32768)]
    [InlineData(512, 64)]
    [InlineData(512, 32768)]
    [InlineData(8192, 2000)]
    [InlineData(1024, 8)]
    public void EverySizeHasTheSmallestClassThatFits(int pageBytes, int maxSmallSize)
    {
        var classes = new SizeClasses(pageBytes, maxSmallSize);
        Assert.InRange(classes.MaxSmallSize, maxSmallSize - (maxSmallSize / 4), maxSmallSize);
        for (int size = 1; size <= classes.MaxSmallSize; size++)
        {
            int sizeClass = classes.ClassOf((nuint)size);
            Assert.InRange(sizeClass, 1, classes.Count - 1);
            Assert.True(classes.SizeOf(sizeClass) >= size && classes.SizeOf(sizeClass - 1) < size, $"{size} bytes");
        }
    }

    [Theory]
    [InlineData(4096, 32768)]
    [InlineData(512, 32768)]
    [InlineData(8192, 2000)]
    public void SpansWasteAtMostAnEighthAndDifferFromEachOther(int pageBytes, int maxSmallSize)
    {
        var classes = new SizeClasses(pageBytes, maxSmallSize);
        var seen = new HashSet<(int Pages, int Objects)>();
        for (int sizeClass = 1; sizeClass < classes.Count; sizeClass++)
        {
            int size = classes.SizeOf(sizeClass);
            int bytes = classes.PagesOf(sizeClass) * pageBytes;
            Assert.Equal(0, size % 8);
            Assert.InRange(bytes % size, 0, bytes / 8);
            Assert.True(seen.Add((bytes / pageBytes, bytes / size)), $"class {sizeClass} is another once more");
        }
    }
}
