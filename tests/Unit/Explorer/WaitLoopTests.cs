using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>Wait loops, time limits and the virtual clock.</summary>
public sealed unsafe class WaitLoopTests
{
    [Fact]
    public void A_wait_loop_takes_a_turn_only_after_a_change_of_what_it_read()
        => Programs.Passes(() =>
        {
            int* words = S.Allocate<int>(2, "words");
            int turns = 0;
            Programs.Both(
                () =>
                {
                    while (S.VolatileRead(words) < 3)
                    {
                        turns++;
                        S.Spin(turns);
                    }
                },
                () =>
                {
                    for (int i = 0; i < 50; i++)
                    {
                        // Neither other words nor the value that is there already are a reason to look again.
                        S.VolatileWrite(words + 1, i);
                        S.VolatileWrite(words, 0);
                    }

                    S.Add(words, 1);
                    S.Add(words, 1);
                    S.Add(words, 1);
                });
            OracleException.Require(turns <= 3, $"{turns} turns for 3 changes");
        });

    [Theory]
    [MemberData(nameof(AllStrategies))]
    public void Two_threads_that_wait_for_each_other_in_turn_cost_no_strategy_many_steps(string strategy)
    {
        const int Rounds = 5;
        var options = new ExplorationOptions { Strategy = strategy, MaxExecutions = 300 };
        ExplorationResult result = Programs.Passes(
            () =>
            {
                int* turn = S.Allocate<int>(1, "turn");
                Programs.Both(() => Play(turn, 0), () => Play(turn, 1));
            },
            options);

        // A round of one thread is a write and at most two turns of its loop, of two steps each.
        long most = 2 * Rounds * 5;
        Assert.InRange(result.Steps / (result.Executions + result.Blocked), 1, most + 10);

        static void Play(int* turn, int own)
        {
            for (int round = 0; round < Rounds; round++)
            {
                for (int wait = 0; S.VolatileRead(turn) != own; wait++)
                {
                    S.Spin(wait);
                }

                S.VolatileWrite(turn, 1 - own);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllStrategies))]
    public void A_thread_that_waits_has_no_step_until_something_that_it_read_has_changed(string strategy)
    {
        const int Work = 100;
        int turnsMax = 0;
        var options = new ExplorationOptions { Strategy = strategy, MaxExecutions = 200 };
        ExplorationResult result = Programs.Passes(
            () =>
            {
                int* words = S.Allocate<int>(2, "words");
                int turns = 0;
                Programs.Both(
                    () =>
                    {
                        for (; S.VolatileRead(words) == 0; turns++)
                        {
                            S.Spin(turns);
                        }
                    },
                    () =>
                    {
                        for (int i = 0; i < Work; i++)
                        {
                            S.Add(words + 1, 1);
                        }

                        S.VolatileWrite(words, 1);
                    });
                turnsMax = Math.Max(turnsMax, turns);
            },
            options);

        // It reads, gives way, and reads again when it is done; besides them there are the starts, begins and joins.
        Assert.InRange(turnsMax, 0, 1);
        Assert.InRange(result.Steps / (double)(result.Executions + result.Blocked), 1, Work + 1 + 3 + 6);
    }

    [Fact]
    public void A_change_between_the_read_and_the_end_of_the_turn_is_not_missed()
        => Programs.Passes(() =>
        {
            // The writer writes once, so a turn that misses it would never end.
            int* word = S.Allocate<int>(2, "word");
            Programs.Both(
                () =>
                {
                    while (S.VolatileRead(word) == 0)
                    {
                        S.Add(word + 1, 1);
                        S.Spin(0);
                    }
                },
                () => S.VolatileWrite(word, 1));
        });

    [Fact]
    public void Locks_count_as_read()
        => Programs.Passes(() =>
        {
            int* word = S.Allocate<int>(1, "word");
            Mutex mutex = S.CreateMutex("m");
            Programs.Both(
                () =>
                {
                    while (!IsSet(mutex, word))
                    {
                        S.Spin(0);
                    }
                },
                () =>
                {
                    S.Enter(mutex);
                    S.Write(word, 1);
                    S.Exit(mutex);
                });

            static bool IsSet(Mutex mutex, int* word)
            {
                S.Enter(mutex);
                bool set = S.Read(word) != 0;
                S.Exit(mutex);
                return set;
            }
        });

    [Fact]
    public void Waiting_for_what_never_comes_is_a_livelock_that_names_the_places()
    {
        Failure failure = Programs.Fails(FailureKind.Livelock, () =>
        {
            int* word = S.Allocate<int>(1, "flag");
            while (S.VolatileRead(word) == 0)
            {
                S.Spin(0);
            }
        });
        Assert.Contains(
            "thread 'main' spins until a change of flag (WaitLoopTests.cs:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_test_and_set_a_lock_which_a_third_never_frees_are_a_livelock()
        => Programs.Fails(FailureKind.Livelock, () =>
        {
            int* word = S.Allocate<int>(1, "lock");
            S.VolatileWrite(word, 1);
            Programs.Both(() => Acquire(word), () => Acquire(word));

            static void Acquire(int* word)
            {
                while (S.Exchange(word, 1) != 0)
                {
                    S.Spin(0);
                }
            }
        });

    [Theory]
    [MemberData(nameof(AllStrategies))]
    public void No_strategy_starves_the_one_that_others_wait_for(string strategy)
        => Programs.Passes(
            () =>
            {
                int* word = S.Allocate<int>(1, "lock");
                Programs.Both(() => Locked(word), () => Locked(word));

                static void Locked(int* word)
                {
                    for (int i = 0; i < 3; i++)
                    {
                        while (S.CompareExchange(word, 1, 0) != 0)
                        {
                            S.Spin(0);
                        }

                        S.VolatileWrite(word, 0);
                    }
                }
            },
            new ExplorationOptions { Strategy = strategy, MaxExecutions = 300, MaxSteps = 200 });

    [Fact]
    public void A_timed_sleep_may_end_either_way()
    {
        bool woken = false;
        bool timedOut = false;
        Programs.Passes(() =>
        {
            Note note = S.CreateNote("n");
            Programs.Both(
                () =>
                {
                    if (S.Sleep(note, 1_000_000))
                    {
                        woken = true;
                    }
                    else
                    {
                        timedOut = true;
                        OracleException.Require(S.Now >= 1_000_000, "time has not passed");
                    }
                },
                () => S.Wake(note));
        });
        Assert.True(woken && timedOut);
    }

    [Fact]
    public void A_loop_of_timed_sleeps_takes_turns_only_when_something_changed()
        => Programs.Passes(
            () =>
            {
                int* stop = S.Allocate<int>(1, "stop");
                Note note = S.CreateNote("n");
                Programs.Both(
                    () =>
                    {
                        while (S.VolatileRead(stop) == 0)
                        {
                            S.Sleep(note, 1000);
                        }
                    },
                    () => S.VolatileWrite(stop, 1));
            },
            new ExplorationOptions { MaxExecutions = 300, MaxSteps = 30 });

    [Fact]
    public void A_loop_of_timed_sleeps_for_what_never_comes_is_a_livelock()
        => Programs.Fails(FailureKind.Livelock, () =>
        {
            int* stop = S.Allocate<int>(1, "stop");
            Note note = S.CreateNote("n");
            while (S.VolatileRead(stop) == 0)
            {
                S.Sleep(note, 1000);
            }
        });

    [Fact]
    public void Time_passes_for_who_waits_for_it()
        => Programs.Passes(() =>
        {
            Note note = S.CreateNote("n");
            long deadline = S.Now + 1_000_000;
            while (S.Now < deadline)
            {
                S.Sleep(note, 300_000);
            }
        });

    public static TheoryData<string> AllStrategies() => [.. Strategies.Names];
}
