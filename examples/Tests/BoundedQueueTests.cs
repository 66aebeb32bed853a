using Testbed.Explorer;
using Testbed.Sync;
using Xunit;

namespace Examples.Tests;

public class BoundedQueueTests
{
    [Fact]
    public void What_is_taken_is_what_was_added_in_the_order_of_each_producer()
        => Explore.Check(() => TwoProducers<ExplorerSync>());

    private static void TwoProducers<TSync>()
        where TSync : struct, ISync
    {
        using var queue = new BoundedQueue<TSync>(capacity: 2);
        var (odd, even, taken) = (new List<int>(), new List<int>(), new List<int>());
        int[] values = [1, 2, 3, 4];
        SyncThread first = TSync.StartThread(
            "odd", () => odd.AddRange(values.Where(value => value % 2 == 1 && queue.TryEnqueue(value))));
        SyncThread second = TSync.StartThread(
            "even", () => even.AddRange(values.Where(value => value % 2 == 0 && queue.TryEnqueue(value))));
        for (int tries = 0; tries < 6; tries++)
        {
            if (tries == 2)
            {
                TSync.Join(first);
                TSync.Join(second);
            }

            taken.AddRange(queue.TryDequeue(out int value) ? [value] : []);
        }

        OracleException.Require(taken.Where(value => value % 2 == 1).SequenceEqual(odd), "the odd ones are wrong");
        OracleException.Require(taken.Where(value => value % 2 == 0).SequenceEqual(even), "the even ones are wrong");
    }
}
