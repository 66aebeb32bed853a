using Testbed.Explorer;
using Testbed.Sync;
using Xunit;

namespace Examples.Tests;

public class TreiberStackTests
{
    [Fact]
    public void Each_number_is_popped_once() => Explore.Check(() => PopAndPush<ExplorerSync>(tagBits: 32));

    [Fact]
    public void Without_tags_a_number_is_popped_twice()
    {
        string report = Assert.Throws<ExplorationFailedException>(
            () => Explore.Check(() => PopAndPush<ExplorerSync>(tagBits: 0))).Message;
        Assert.Contains("popped: ", report, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

    private static void PopAndPush<TSync>(int tagBits)
        where TSync : struct, ISync
    {
        using var stack = new TreiberStack<TSync>(capacity: 3, tagBits);
        Assert.True(stack.TryPush(1) && stack.TryPush(2) && stack.TryPush(3));
        var popped = new List<int>();
        SyncThread first = TSync.StartThread("first", () => Pop());
        SyncThread second = TSync.StartThread("second", () => Assert.True(Pop() && stack.TryPush(4)));
        Pop();
        TSync.Join(first);
        TSync.Join(second);
        Pop();
        OracleException.Require(popped.Order().SequenceEqual([1, 2, 3, 4]), $"popped: {string.Join(' ', popped)}");

        bool Pop()
        {
            bool found = stack.TryPop(out int number);
            popped.AddRange(found ? [number] : []);
            return found;
        }
    }
}
