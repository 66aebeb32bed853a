using Testbed.Collector;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;

namespace Examples.Tests;

public class PrimeSieveTests
{
    [Fact]
    public void Finds_the_primes_on_real_threads()
    {
        using var sieve = new PrimeSieve<NativeSync>(new WorldOptions { Processors = 2, FirstTriggerBytes = 4096 });
        IReadOnlyList<long> primes = sieve.Find(limit: 1_000);
        Assert.Equal([2, 3, 5, 7, 11, 13, 17, 19, 23, 29], primes.Take(10));
        Assert.Equal(168, primes.Count);
    }

    [Fact]
    public void Finds_the_primes_in_every_order_that_is_tried()
        => Explore.Check(FindSome<ExplorerSync>, new ExplorationOptions { MaxExecutions = 500 });

    /// <summary>Collects at nearly every allocation.</summary>
    private static void FindSome<TSync>()
        where TSync : struct, ISync
    {
        using var sieve = new PrimeSieve<TSync>(new WorldOptions
        {
            Processors = 2,
            MonitorNanoseconds = 0,
            ArenaBytes = 64 << 10,
            HeapGrowBytes = 4096,
            FirstTriggerBytes = 256,
            WorkBuffersPerChunk = 1,
        });
        string primes = string.Join(' ', sieve.Find(limit: 6));
        OracleException.Require(primes == "2 3 5", $"the primes up to 6 are: {primes}");
    }
}
