using System.Globalization;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Samplers;

/// <summary>What a hunt by priorities promises, and that it keeps it.</summary>
public sealed unsafe class DepthGuaranteeTests
{
    [Fact]
    public void The_bound_is_that_of_the_paper()
    {
        var guarantee = new DepthGuarantee(Depth: 3, Threads: 4, Steps: 10, Executions: 400, GaveWay: false);
        Assert.Equal(400, guarantee.OneIn);
        Assert.Equal(1 - Math.Pow(1 - (1 / 400.0), 400), guarantee.AtLeast, 12);
        Assert.Equal(
            "a bug of depth 3 that shows within 10 steps of at most 4 threads is hit with probability at least 1/400 an "
            + "execution, so after 400 executions at least 63.3 %",
            guarantee.ToString());
    }

    [Fact]
    public void One_execution_by_priorities_promises_no_more_than_that()
        => Assert.Equal(
            0.25, new DepthGuarantee(Depth: 1, Threads: 4, Steps: 99, Executions: 1, GaveWay: false).AtLeast, 12);

    [Fact]
    public void A_hunt_counts_threads_steps_and_the_executions_after_the_first()
    {
        DepthGuarantee guarantee = Hunt(Orders(), "pct", executions: 50).Guarantee!;

        // Two starts, two begins, three additions each and two joins.
        Assert.Equal((3, 3, 12, 49L, false), (
            guarantee.Depth, guarantee.Threads, guarantee.Steps, guarantee.Executions, guarantee.GaveWay));
    }

    [Fact]
    public void Threads_that_give_way_are_told()
        => Assert.EndsWith(
            "proved for threads that do not give way, as some did here",
            Hunt(Sleeping, "pct", executions: 50).Guarantee!.ToString(),
            StringComparison.Ordinal);

    [Fact]
    public void A_wait_loop_that_waits_until_something_has_changed_is_like_a_lock()
        => Assert.False(Hunt(Waiting, "pct", executions: 50).Guarantee!.GaveWay);

    [Theory]
    [InlineData("random", 50)]
    [InlineData("portfolio", 50)]
    [InlineData("pct", 1)]
    public void Nothing_is_promised_by_other_strategies_or_without_an_execution(string strategy, int executions)
        => Assert.Null(Hunt(Waiting, strategy, executions).Guarantee);

    /// <summary>
    /// Each order of the six additions is a bug of depth 3 at most when it takes two switches: it must come at least as
    /// often as promised, within three standard deviations.
    /// </summary>
    [Theory]
    [InlineData("aaabbb")]
    [InlineData("bbbaaa")]
    [InlineData("abbbaa")]
    [InlineData("aabbba")]
    [InlineData("baaabb")]
    [InlineData("bbaaab")]
    public void What_is_promised_is_kept(string order)
    {
        const int Executions = 4000;
        var counts = new Dictionary<string, int>();
        DepthGuarantee guarantee = Hunt(Orders(counts), "pct", Executions).Guarantee!;
        double expected = Executions / guarantee.OneIn;
        double least = expected - (3 * Math.Sqrt(expected));
        int count = counts.GetValueOrDefault(order);
        Assert.True(count >= least, string.Create(CultureInfo.InvariantCulture, $"{order}: {count}, not {least:F1}"));
    }

    /// <summary>Two threads add three times each; how often each order came is counted.</summary>
    private static Action Orders(Dictionary<string, int>? counts = null)
        => () =>
        {
            int* word = S.Allocate<int>(1, "word");
            string order = "";
            Programs.Both(() => Add("a"), () => Add("b"));
            if (counts is not null)
            {
                counts[order] = counts.GetValueOrDefault(order) + 1;
            }

            void Add(string name)
            {
                for (int i = 0; i < 3; i++)
                {
                    S.Add(word, 1);
                    order += name;
                }
            }
        };

    private static void Waiting()
    {
        int* word = S.Allocate<int>(1, "word");
        Programs.Both(
            () =>
            {
                for (int turn = 0; S.VolatileRead(word) == 0; turn++)
                {
                    S.Spin(turn);
                }
            },
            () => S.VolatileWrite(word, 1));
    }

    private static void Sleeping()
    {
        Note note = S.CreateNote("n");
        Programs.Both(() => S.Sleep(note, 1000), () => S.Wake(note));
    }

    private static ExplorationResult Hunt(Action body, string strategy, int executions)
        => Programs.Passes(body, new ExplorationOptions { Strategy = strategy, MaxExecutions = executions });
}
