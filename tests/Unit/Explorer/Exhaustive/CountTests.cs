using Testbed.Explorer;
using Testbed.Models;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Exhaustive;

/// <summary>How many executions the exhaustive strategy needs, exactly.</summary>
public sealed unsafe class CountTests
{
    private static readonly ExplorationOptions s_all = new()
    {
        Strategy = Strategies.Exhaustive,
        ExecutionsAlone = long.MaxValue,
    };

    [Fact]
    public void Store_buffering_has_3() => Needs(3, 0, StoreBuffering);

    [Fact]
    public void A_lost_update_has_4()
        => Needs(4, 0, () =>
        {
            int* word = S.Allocate<int>(1, "word");
            Programs.Both(() => Increment(word), () => Increment(word));
        });

    [Fact]
    public void Two_that_take_a_lock_have_2()
        => Needs(2, 0, () =>
        {
            Mutex mutex = S.CreateMutex("m");
            Programs.Both(() => Locked(mutex), () => Locked(mutex));
        });

    [Fact]
    public void Three_that_take_a_lock_have_6()
        => Needs(6, 0, () =>
        {
            Mutex mutex = S.CreateMutex("m");
            SyncThread third = S.StartThread("c", () => Locked(mutex));
            Programs.Both(() => Locked(mutex), () => Locked(mutex));
            S.Join(third);
        });

    [Fact]
    public void A_choice_of_3_has_3()
        => Needs(3, 0, () => S.Choose(3));

    [Fact]
    public void A_wait_loop_has_1_and_a_blocked_one()
        => Needs(1, 1, () =>
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
        });

    /// <summary>
    /// Of the first three Nidhugg runs 3, 3 and 33. GenMC runs 5 of the tagged stack and cuts 6 short: it takes a
    /// failed turn of a compare-and-swap loop for one that waits. Of a deque of this kind it runs 65 and 3,639 under
    /// RC11, where a read may return an older value; under sequential consistency there are fewer.
    /// </summary>
    [Theory]
    [InlineData("sb", 3)]
    [InlineData("append", 3)]
    [InlineData("treiber-tagged", 33)]
    [InlineData("chase-lev", 59)]
    [InlineData("chase-lev-2", 3065)]
    public void A_textbook_program_has_so_many(string name, long executions)
        => Needs(executions, 0, Catalogue.Find(name)!.Run<S>);

    [Fact]
    public void The_default_strategy_finds_the_stack_without_a_tag_within_20_executions_by_the_median()
    {
        long[] found =
        [
            .. Enumerable.Range(1, 20).Select(seed => Programs.Fails(
                FailureKind.Oracle,
                Catalogue.Find("treiber-aba")!.Run<S>,
                new ExplorationOptions { Seed = (ulong)seed, MaxExecutions = 2000, Shrink = false }).Execution + 1),
        ];
        Assert.InRange(found.Order().ElementAt(found.Length / 2), 1, 20);
    }

    [Theory]
    [InlineData("sb", 12)]
    [InlineData("append", 12)]
    [InlineData("treiber-tagged", 12)]
    [InlineData("chase-lev", 5)]
    [InlineData("chase-lev-2", 3)]
    [InlineData("chase-lev-2", 20)]
    [InlineData("chase-lev-2", 200)]
    [InlineData("handoff", 12)]
    public void Workers_share_the_work_and_the_numbers_stay(string name, int cubes)
    {
        Action body = name == "handoff" ? Waiting : Catalogue.Find(name)!.Run<S>;
        ExplorationResult alone = Programs.Passes(body, s_all);
        ExplorationOptions shared = s_all with { ExecutionsAlone = 0, Cubes = cubes };
        ExplorationResult two = Programs.Passes(body, shared with { Workers = 2 });
        ExplorationResult three = Programs.Passes(body, shared with { Workers = 3 });
        Assert.True(two.Complete);
        Assert.Equal((alone.Executions, alone.Depth), (two.Executions, two.Depth));
        Assert.Equal(
            (two.Executions, two.Blocked, two.Steps, two.Depth),
            (three.Executions, three.Blocked, three.Steps, three.Depth));
    }

    [Fact]
    public void Workers_share_what_is_bounded_as_well()
    {
        ExplorationOptions bounded = s_all with { Preemptions = 2 };
        Action body = Catalogue.Find("treiber-tagged")!.Run<S>;
        ExplorationResult alone = Programs.Passes(body, bounded);
        ExplorationResult together = Programs.Passes(body, bounded with { Workers = 2, ExecutionsAlone = 0 });
        Assert.Equal(
            (alone.Executions, alone.Distinct, alone.Complete, alone.IsCompleteWithinBound),
            (together.Executions, together.Distinct, together.Complete, together.IsCompleteWithinBound));
    }

    [Fact]
    public void What_ends_soon_is_not_split()
    {
        Action body = Catalogue.Find("chase-lev")!.Run<S>;
        ExplorationResult alone = Programs.Passes(body, s_all);
        ExplorationResult together = Programs.Passes(body, s_all with { Workers = 3 });
        Assert.Equal(
            (alone.Executions, alone.Blocked, alone.Steps), (together.Executions, together.Blocked, together.Steps));
    }

    [Fact]
    public void Workers_report_the_failure_that_one_alone_finds()
    {
        Failure alone = Programs.Fails(FailureKind.Oracle, Catalogue.Find("treiber-aba")!.Run<S>, s_all);
        Failure together = Programs.Fails(
            FailureKind.Oracle, Catalogue.Find("treiber-aba")!.Run<S>, s_all with { Workers = 3 });
        Assert.Equal((alone.Execution, alone.Steps), (together.Execution, together.Steps));
    }

    [Fact]
    public void A_bound_on_preemptions_is_part_of_the_verdict()
    {
        ExplorationResult none = Programs.Passes(Programs.LostUpdate, s_all with { Preemptions = 0 });
        Assert.False(none.Complete);
        Assert.Equal("every interleaving with at most 0 preemptions explored: no failure", none.Verdict);
        Programs.Fails(FailureKind.Oracle, Programs.LostUpdate, s_all with { Preemptions = 1 });
        ExplorationResult enough = Programs.Passes(Programs.NoLostUpdate, s_all with { Preemptions = 9 });
        Assert.True(enough.Complete);
        Assert.Equal("every interleaving explored: no failure", enough.Verdict);
    }

    [Fact]
    public void A_bound_on_executions_is_part_of_the_verdict()
    {
        ExplorationResult some = Programs.Passes(StoreBuffering, s_all with { MaxExecutions = 2 });
        Assert.False(some.Complete);
        Assert.Equal("not every interleaving explored: no failure so far", some.Verdict);
    }

    [Fact]
    public void A_turn_that_changes_something_is_misuse()
        => Programs.Fails(
            FailureKind.WaitLoopMisuse,
            () =>
            {
                int* words = S.Allocate<int>(2, "words");
                while (S.VolatileRead(words) == 0)
                {
                    S.Add(words + 1, 1);
                    S.Spin(0);
                }
            },
            s_all);

    [Fact]
    public void A_deadlock_that_only_one_order_shows_is_found()
        => Programs.Deadlocks(
            () =>
            {
                Mutex one = S.CreateMutex("one");
                Mutex other = S.CreateMutex("other");
                Programs.Both(() => Nested(one, other), () => Nested(other, one));
            },
            s_all);

    [Fact]
    public void Two_that_wait_for_each_other_under_a_lock_are_a_livelock()
        => Programs.Fails(
            FailureKind.Livelock,
            () =>
            {
                int* word = S.Allocate<int>(1, "word");
                Mutex mutex = S.CreateMutex("m");
                Programs.Both(() => Await(mutex, word), () => Await(mutex, word));
            },
            s_all);

    private static void Nested(Mutex outer, Mutex inner)
    {
        S.Enter(outer);
        S.Enter(inner);
        S.Exit(inner);
        S.Exit(outer);
    }

    private static void Await(Mutex mutex, int* word)
    {
        for (int turn = 0; ; turn++)
        {
            S.Enter(mutex);
            int value = S.Read(word);
            S.Exit(mutex);
            if (value != 0)
            {
                return;
            }

            S.Spin(turn);
        }
    }

    private static void Waiting()
    {
        int* word = S.Allocate<int>(1, "word");
        Mutex mutex = S.CreateMutex("m");
        SyncThread waiter = S.StartThread("c", () => Await(mutex, word));
        Programs.Both(() => Set(mutex, word), () => Set(mutex, word));
        S.Join(waiter);
    }

    private static void Set(Mutex mutex, int* word)
    {
        S.Enter(mutex);
        S.Write(word, S.Read(word) + 1);
        S.Exit(mutex);
    }

    internal static void StoreBuffering()
    {
        int* words = S.Allocate<int>(2, "words");
        Programs.Both(
            () =>
            {
                S.VolatileWrite(words, 1);
                S.VolatileRead(words + 1);
            },
            () =>
            {
                S.VolatileWrite(words + 1, 1);
                S.VolatileRead(words);
            });
    }

    private static void Needs(long executions, long blocked, Action body)
    {
        ExplorationResult result = Programs.Passes(body, s_all);
        Assert.True(result.Complete);
        Assert.Equal((executions, blocked), (result.Executions, result.Blocked));
    }

    private static void Increment(int* word)
    {
        int value = S.RacyRead(word);
        S.RacyWrite(word, value + 1);
    }

    private static void Locked(Mutex mutex)
    {
        S.Enter(mutex);
        S.Exit(mutex);
    }
}
