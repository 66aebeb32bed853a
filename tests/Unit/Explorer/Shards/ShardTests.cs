using System.Threading;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Shards;

/// <summary>Shards together do what the whole does, each execution once; a record leads on to the same end.</summary>
public sealed unsafe class ShardTests
{
    private const int Executions = 60;

    private static readonly ExplorationOptions s_sampled = new() { MaxExecutions = Executions, MaxFailures = int.MaxValue, Shrink = false };

    private static readonly ExplorationOptions s_exhaustive = new()
    {
        Strategy = Strategies.Exhaustive,
        ExecutionsAlone = 0,
        Cubes = 8,
        MaxFailures = int.MaxValue,
        Shrink = false,
    };

    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("2/8", 2, 8)]
    public void A_shard_is_a_part_of_a_number_of_parts(string text, int number, int count)
    {
        Assert.True(Shard.TryParse(text, out Shard shard));
        Assert.Equal(new Shard(number, count), shard);
        Assert.Equal(text, shard.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0/2")]
    [InlineData("3/2")]
    [InlineData("1/2/3")]
    [InlineData("-1/2")]
    [InlineData("a/b")]
    public void What_is_none_is_refused(string text) => Assert.False(Shard.TryParse(text, out _));

    [Theory]
    [InlineData("portfolio")]
    [InlineData("random")]
    [InlineData("pct")]
    [InlineData("surw")]
    public void Shards_of_a_sampled_exploration_run_its_executions_each_once(string strategy)
    {
        ExplorationOptions options = s_sampled with { Strategy = strategy };
        ExplorationResult whole = Run(options);
        ExplorationResult[] parts = [.. Enumerable.Range(1, 3).Select(i => Run(options with { Shard = new Shard(i, 3) }))];
        Assert.Equal(Executions, whole.Executions);
        Assert.Equal(whole.Executions, parts.Sum(part => part.Executions));
        Assert.Equal(whole.Steps, parts.Sum(part => part.Steps));
        Assert.NotEmpty(whole.Failures);
        Assert.Equal(Numbers(whole), parts.SelectMany(Numbers).Order());
    }

    [Fact]
    public void Shards_of_an_exhaustive_exploration_run_its_executions_each_once()
    {
        ExplorationResult whole = Run(s_exhaustive);
        ExplorationResult[] parts = [.. Enumerable.Range(1, 3).Select(i => Run(s_exhaustive with { Shard = new Shard(i, 3) }))];
        Assert.True(whole.Record.Cubes >= 8, $"{whole.Record.Cubes} parts");
        Assert.Equal(whole.Executions, parts.Sum(part => part.Executions));
        Assert.All(parts, part => Assert.InRange(part.Record.Done.Count, 1, whole.Record.Done.Count - 1));
        Assert.Equal(whole.Steps, parts.Sum(part => part.Steps));
        Assert.Equal(whole.Failures.Count, parts.Sum(part => part.Failures.Count));
    }

    [Fact]
    public void A_shard_of_a_search_that_was_over_before_it_was_split_has_all_of_it()
    {
        ExplorationOptions options = s_exhaustive with { ExecutionsAlone = long.MaxValue };
        Assert.Equal(Run(options).Executions, Run(options with { Shard = new Shard(2, 3) }).Executions);
    }

    /// <summary>The end of one is the beginning of the next, wherever it was ended.</summary>
    [Theory]
    [InlineData("portfolio", 1)]
    [InlineData("portfolio", 17)]
    [InlineData("surw", 17)]
    public void A_sampled_exploration_goes_on_where_it_was(string strategy, int first)
    {
        ExplorationOptions options = s_sampled with { Strategy = strategy, MaxFailures = int.MaxValue };
        ExplorationResult whole = Run(options);
        ExplorationResult begun = Run(options with { MaxExecutions = first });
        ExplorationResult rest = Run(options with { Earlier = begun.Record });
        Assert.Equal(first, begun.Record.Sampled);
        Assert.Equal(whole.Executions, rest.Executions);
        Assert.Equal(whole.Steps, rest.Steps);
        Assert.Equal(whole.Distinct, rest.Distinct);
        Assert.Equal(Numbers(whole), Numbers(begun).Concat(Numbers(rest)));
    }

    [Fact]
    public void An_exhaustive_exploration_goes_on_where_it_was()
    {
        ExplorationOptions options = s_exhaustive with { MaxFailures = int.MaxValue };
        ExplorationResult whole = Run(options, Passes);
        ExplorationResult begun = Run(options with { MaxExecutions = whole.Executions / 2 }, Passes);
        Assert.False(begun.Complete);
        Assert.InRange(begun.Record.Done.Count, 1, whole.Record.Done.Count - 1);
        ExplorationResult rest = Run(options with { Earlier = begun.Record }, Passes);
        Assert.True(rest.Complete);
        Assert.Equal(whole.Executions, rest.Executions);
        Assert.Equal(whole.Steps, rest.Steps);
        Assert.Equal(whole.Blocked, rest.Blocked);
        Assert.Equal(whole.Record.Done, rest.Record.Done);
    }

    /// <summary>What was found once is not forgotten, and nothing is run to find it again.</summary>
    [Theory]
    [InlineData("portfolio")]
    [InlineData("exhaustive")]
    public void An_exploration_that_failed_goes_no_further(string strategy)
    {
        ExplorationOptions options = s_exhaustive with { Strategy = strategy, MaxFailures = 1, MaxExecutions = 1_000 };
        ExplorationResult begun = Run(options);
        Assert.Single(begun.Record.Failures);
        ExplorationResult rest = Run(options with { Earlier = begun.Record });
        Assert.Equal(begun.Record.Failures, rest.Record.Failures);
        Assert.Empty(rest.Failures);
        Assert.False(rest.Complete);
        Assert.Equal("it failed: exception", rest.Verdict);
    }

    [Fact]
    public void It_is_told_how_far_it_has_come_while_it_runs()
    {
        var told = new List<SearchRecord>();
        using var cancel = new CancellationTokenSource();
        var options = new ExplorationOptions
        {
            CheckpointPeriod = TimeSpan.Zero,
            Checkpoint = record =>
            {
                told.Add(record);
                if (told.Count == 3)
                {
                    cancel.Cancel();
                }
            },
        };
        ExplorationResult result = new Exploration("program", Passes, options).Run(null, cancel.Token);
        Assert.True(told.Count > 3);
        Assert.Equal(result.Record, told[^1]);
        Assert.Equal(told.Select(record => record.Sampled).Order(), told.Select(record => record.Sampled));
        Assert.True(told[0].Sampled < result.Record.Sampled);
    }

    [Fact]
    public void The_learning_strategy_has_no_shards()
    {
        ExplorationOptions options = s_sampled with { Strategy = Strategies.Feedback, Shard = new Shard(1, 2) };
        Assert.Throws<ArgumentException>(() => Run(options));
    }

    private static ExplorationResult Run(ExplorationOptions options) => Run(options, Fails);

    private static ExplorationResult Run(ExplorationOptions options, Action body)
        => new Exploration("program", body, options).Run();

    private static IEnumerable<long> Numbers(ExplorationResult result)
        => result.Failures.Select(failure => failure.Execution);

    private static void Passes() => Adders();

    private static void Fails()
    {
        if (Adders() == 1)
        {
            throw new InvalidOperationException("an update was lost twice");
        }
    }

    /// <summary>Three threads that each add one to a word, in two steps.</summary>
    private static int Adders()
    {
        int* word = S.Allocate<int>(1, "word");
        SyncThread third = S.StartThread("c", () => S.VolatileWrite(word, S.VolatileRead(word) + 1));
        Programs.Both(
            () => S.VolatileWrite(word, S.VolatileRead(word) + 1), () => S.VolatileWrite(word, S.VolatileRead(word) + 1));
        S.Join(third);
        int sum = S.VolatileRead(word);
        S.Free(word);
        return sum;
    }
}
