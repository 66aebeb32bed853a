using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Samplers;

/// <summary>Who learns what was read from where gets further than who draws blindly.</summary>
public sealed unsafe class FeedbackGuidedTests
{
    private const int Limit = 2000;

    [Fact]
    public void A_failure_behind_many_reads_is_found_in_fewer_executions_than_by_a_random_walk()
    {
        long guided = Median("feedback");
        long random = Median("random");
        Assert.True(4 * guided < random, $"{guided} executions, {random} by a random walk");
    }

    /// <summary>The median of the first failing executions; the limit for those that find none.</summary>
    private static long Median(string strategy)
    {
        long[] found =
        [
            .. Enumerable.Range(1, 5).Select(seed =>
            {
                var options = new ExplorationOptions
                {
                    Strategy = strategy,
                    Seed = (ulong)seed,
                    MaxExecutions = Limit,
                    Shrink = false,
                };
                IReadOnlyList<Failure> failures = Programs.Explore(Combination, options).Failures;
                return failures.Count > 0 ? failures[0].Execution + 1 : Limit;
            }),
        ];
        return found.Order().ElementAt(found.Length / 2);
    }

    /// <summary>
    /// A thread opens and closes one gate after the other; another must come through each while it is open, or gives up.
    /// </summary>
    private static void Combination()
    {
        const int Gates = 4;
        int* gates = S.Allocate<int>(Gates, "gates");
        Programs.Both(
            () =>
            {
                for (int i = 0; i < Gates; i++)
                {
                    S.VolatileWrite(gates + i, 1);
                    S.VolatileWrite(gates + i, 2);
                }
            },
            () =>
            {
                for (int i = 0; i < Gates; i++)
                {
                    if (S.VolatileRead(gates + i) != 1)
                    {
                        return;
                    }
                }

                throw new OracleException("all gates were passed");
            });
    }
}
