using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Exhaustive;

/// <summary>How many executions the exhaustive strategy needs, exactly.</summary>
public sealed unsafe class CountTests
{
    private static readonly ExplorationOptions s_all = new() { Strategy = Strategies.Exhaustive };

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
