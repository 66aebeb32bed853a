using Testbed.Explorer;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Samplers;

/// <summary>Of all orders of chosen operations, each is as likely as the other.</summary>
public sealed unsafe class SelectivelyUniformTests
{
    /// <summary>Two operations among six: so many orders.</summary>
    private const int Orders = 28;

    private const int Executions = 100 * Orders;

    /// <summary>A thousandth of all uniform samples have a greater chi-square with 27 degrees of freedom.</summary>
    private const double Threshold = 55.5;

    [Fact]
    public void All_orders_at_the_one_shared_place_are_equally_likely()
        => Assert.InRange(ChiSquare(Sample("surw", noise: 0)), 0, Threshold);

    [Fact]
    public void All_orders_at_a_place_chosen_by_name_are_equally_likely_whatever_happens_elsewhere()
        => Assert.InRange(ChiSquare(Sample("surw", noise: 3, "mark*")), 0, Threshold);

    [Fact]
    public void A_random_walk_is_far_from_it()
        => Assert.True(ChiSquare(Sample("random", noise: 0)) > 10 * Threshold);

    [Fact]
    public void A_place_is_drawn_anew_for_each_execution_when_none_was_chosen()
    {
        double never = ChiSquare(Sample("surw", noise: 3, "other"));
        double atTimes = ChiSquare(Sample("surw", noise: 3));
        Assert.InRange(atTimes, Threshold, never / 2);
    }

    /// <summary>How often each order came.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="noise">How many operations at another place come before each one.</param>
    /// <param name="interesting">The places that were chosen.</param>
    private static Dictionary<string, int> Sample(string strategy, int noise, params string[] interesting)
    {
        var counts = new Dictionary<string, int>();
        Programs.Passes(
            () =>
            {
                int* mark = S.Allocate<int>(1, "mark");
                int* other = S.Allocate<int>(1, "other");
                string order = "";
                Programs.Both(() => Mark("a", 2), () => Mark("b", 6));
                counts[order] = counts.GetValueOrDefault(order) + 1;

                void Mark(string name, int times)
                {
                    for (int i = 0; i < times; i++)
                    {
                        for (int j = 0; j < noise; j++)
                        {
                            S.Add(other, 1);
                        }

                        S.Add(mark, 1);
                        order += name;
                    }
                }
            },
            new ExplorationOptions
            {
                Strategy = strategy,
                MaxExecutions = Executions,
                Interesting = interesting,
            });
        return counts;
    }

    private static double ChiSquare(Dictionary<string, int> counts)
    {
        const double Expected = (double)Executions / Orders;
        Assert.InRange(counts.Count, 1, Orders);
        double seen = counts.Values.Sum(count => (count - Expected) * (count - Expected) / Expected);
        return seen + ((Orders - counts.Count) * Expected);
    }
}
