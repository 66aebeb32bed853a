using System.Threading;
using Testbed.Explorer;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>An exploration is a function of its seed.</summary>
public sealed unsafe class DeterminismTests
{
    [Theory]
    [MemberData(nameof(AllStrategies))]
    public void A_seed_gives_the_same_executions_however_many_workers_there_are(string strategy)
    {
        string[] one = Executions(strategy, seed: 5, workers: 1);
        Assert.Equal(one, Executions(strategy, seed: 5, workers: 1));
        Assert.Equal(one, Executions(strategy, seed: 5, workers: 3));
        Assert.NotEqual(one, Executions(strategy, seed: 6, workers: 1));
        Assert.True(one.Distinct().Count() > 10, "hardly any execution differs from the others");
    }

    [Theory]
    [MemberData(nameof(AllStrategies))]
    public void The_first_failure_is_the_same_however_many_workers_there_are(string strategy)
    {
        ExplorationResult one = Hunt(workers: 1);
        ExplorationResult three = Hunt(workers: 3);
        Assert.Equal(one.Failures[0].Execution, three.Failures[0].Execution);
        Assert.Equal((one.Executions, one.Distinct, one.Steps), (three.Executions, three.Distinct, three.Steps));

        ExplorationResult Hunt(int workers)
            => Programs.Explore(
                Programs.LostUpdate,
                new ExplorationOptions { Strategy = strategy, Workers = workers, MaxExecutions = 1000 });
    }

    [Fact]
    public void Both_ways_to_hand_over_give_the_same_executions()
        => Assert.Equal(
            Executions("portfolio", 1, 1), Executions("portfolio", 1, 1, HandOff.Semaphore));

    [Fact]
    public void The_portable_way_finds_failures_too()
    {
        Failure failure = Programs.Fails(
            FailureKind.Oracle, Programs.LostUpdate, new ExplorationOptions { HandOff = HandOff.Semaphore });
        Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(failure.Trace, Programs.LostUpdate).Outcome);
    }

    [Fact]
    public void Distinct_executions_are_counted()
    {
        ExplorationResult two = Programs.Passes(() => Programs.Both(() => { }, () => { }));
        Assert.InRange(two.Distinct, 2, 20);
        ExplorationResult one = Programs.Passes(() => { });
        Assert.Equal((300, 1, 0), (one.Executions, one.Distinct, one.Steps));
    }

    [Fact]
    public void Time_and_cancellation_end_an_exploration_and_keep_what_was_found()
    {
        ExplorationResult timed = Programs.Explore(
            Programs.NoLostUpdate, new ExplorationOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.True(timed.Executions > 0);
        Assert.InRange(timed.Elapsed.TotalSeconds, 0.2, 5);

        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        ExplorationResult cancelled = new Exploration("program", Programs.NoLostUpdate, new ExplorationOptions())
            .Run(cancel: cancel.Token);
        Assert.True(cancelled.Executions > 0);
        Assert.Empty(cancelled.Failures);
    }

    [Fact]
    public void Cancellation_ends_an_execution_that_would_not_end()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var options = new ExplorationOptions { MaxSteps = int.MaxValue };
        ExplorationResult result = new Exploration("program", Endless, options).Run(cancel: cancel.Token);
        Assert.Equal(0, result.Executions);
        Assert.Empty(result.Failures);

        static void Endless()
        {
            int* word = S.Allocate<int>(1, "word");
            while (true)
            {
                S.Add(word, 1);
            }
        }
    }

    [Fact]
    public void Many_short_explorations_one_after_the_other_end()
    {
        for (int i = 0; i < 200; i++)
        {
            Programs.Passes(
                Programs.NoLostUpdate,
                new ExplorationOptions { Workers = 1 + (i % 3), MaxExecutions = 20, Strategy = "random" });
        }
    }

    [Fact]
    public void Progress_is_told()
    {
        var seen = new List<ExplorationProgress>();
        ExplorationResult result = new Exploration(
            "program", Programs.NoLostUpdate, new ExplorationOptions { MaxExecutions = 500 })
            .Run(new Sink(seen), TestContext.Current.CancellationToken);
        Assert.Equal(result.Executions, seen[^1].Executions);
        Assert.Equal(result.Distinct, seen[^1].Distinct);
    }

    [Theory]
    [InlineData("nonsense", 1, 1)]
    [InlineData("portfolio", 0, 1)]
    [InlineData("portfolio", 1, 0)]
    public void Options_that_make_no_sense_are_refused(string strategy, int workers, int maxSteps)
        => Assert.ThrowsAny<ArgumentException>(() => Programs.Explore(
            Programs.NoLostUpdate,
            new ExplorationOptions { Strategy = strategy, Workers = workers, MaxSteps = maxSteps }));

    public static TheoryData<string> AllStrategies() => [.. Strategies.Names.Where(name => name != Strategies.Exhaustive)];

    /// <summary>What each execution saw: who came when, and what was drawn.</summary>
    private static string[] Executions(
        string strategy, ulong seed, int workers, HandOff handOff = HandOff.Futex)
    {
        var logs = new List<string>();
        Programs.Passes(
            () =>
            {
                var log = new List<string>();
                int* word = S.Allocate<int>(1, "word");
                Programs.Both(() => Add("a"), () => Add("b"));
                lock (logs)
                {
                    logs.Add(string.Join(' ', log));
                }

                void Add(string name)
                {
                    for (int i = 0; i < 4; i++)
                    {
                        int now = S.Add(word, 1);
                        log.Add($"{name}{now}:{S.Choose(10)}");
                    }
                }
            },
            new ExplorationOptions
            {
                Strategy = strategy,
                Seed = seed,
                Workers = workers,
                MaxExecutions = 100,
                HandOff = HandOffs.Fastest == HandOff.Futex ? handOff : HandOff.Semaphore,
            });

        // Workers end in any order, so it is the set that counts.
        logs.Sort(StringComparer.Ordinal);
        return [.. logs];
    }

    private sealed class Sink(List<ExplorationProgress> seen) : IProgress<ExplorationProgress>
    {
        public void Report(ExplorationProgress value) => seen.Add(value);
    }
}
