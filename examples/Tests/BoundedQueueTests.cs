using Testbed.Explorer;
using Testbed.Sync;
using Xunit;

namespace Examples.Tests;

public class BoundedQueueTests
{
    [Fact]
    public void Nothing_is_lost_and_each_producer_keeps_its_order()
        => Explore.Check(() => TwoProducers<ExplorerSync>());

    private static void TwoProducers<TSync>()
        where TSync : struct, ISync
    {
        using var queue = new BoundedQueue<TSync>(capacity: 2);
        var added = new List<int>(); // Not shared memory: of what the test watches, no order is explored.
        SyncThread odd = TSync.StartThread("odd", () => Add(1, 3));
        SyncThread even = TSync.StartThread("even", () => Add(2, 4));
        List<int> taken = Take(2);
        TSync.Join(odd);
        TSync.Join(even);
        taken.AddRange(Take(4));
        OracleException.Require(taken.Order().SequenceEqual(added.Order()), $"taken: {string.Join(' ', taken)}");
        OracleException.Require(taken.Where(n => n % 2 == 1).SequenceEqual(added.Where(n => n % 2 == 1)), "odd ones");
        OracleException.Require(taken.Where(n => n % 2 == 0).SequenceEqual(added.Where(n => n % 2 == 0)), "even ones");

        void Add(params int[] values) => added.AddRange(values.Where(value => queue.TryEnqueue(value)));
        List<int> Take(int tries) => [.. Enumerable.Range(0, tries).SelectMany(_ => queue.TryDequeue(out int n) ? [n] : Array.Empty<int>())];
    }
}
