using System.Text;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Exhaustive;

/// <summary>
/// The reduced executions end in all ways in which any interleaving ends, and none is run twice. Each test is here
/// since a mutation of the reduction survived all others; docs/proofs.md lists the mutations.
/// </summary>
public sealed unsafe class ReductionTests
{
    private static readonly ExplorationOptions s_all = new()
    {
        Strategy = Strategies.Exhaustive,
        MaxFailures = int.MaxValue,
        CountsTraces = true,
        Shrink = false,
    };

    [Fact]
    public void A_wide_read_depends_on_a_write_of_its_upper_half()
        => Needs(2, static end =>
        {
            int* words = S.Allocate<int>(2, "words");
            Programs.Both(() => S.VolatileWrite(words + 1, 1), () => end.Append(S.RacyRead((long*)words)));
        });

    [Fact]
    public void A_wide_read_depends_on_both_writes_of_its_halves()
        => Needs(4, static end =>
        {
            int* words = S.Allocate<int>(2, "words");
            SyncThread low = S.StartThread("low", () => S.VolatileWrite(words, 1));
            Programs.Both(() => S.VolatileWrite(words + 1, 1), () => end.Append(S.RacyRead((long*)words)));
            S.Join(low);
        });

    [Fact]
    public void What_comes_before_a_start_does_not_race_with_the_thread()
        => Needs(1, static end =>
        {
            int* word = S.Allocate<int>(1, "word");
            S.VolatileWrite(word, 1);
            S.Join(S.StartThread("a", () => end.Append(S.VolatileRead(word))));
        });

    [Fact]
    public void A_lock_that_is_waited_for_in_vain_may_be_taken_first()
        => Needs(2, static end =>
        {
            Mutex mutex = S.CreateMutex("m");
            Note note = S.CreateNote("n");
            Programs.Both(
                () =>
                {
                    S.Enter(mutex);
                    S.Sleep(note);
                    S.Exit(mutex);
                    end.Append('a');
                },
                () =>
                {
                    S.Enter(mutex);
                    S.Wake(note);
                    S.Exit(mutex);
                    end.Append('b');
                });
        });

    [Fact]
    public void To_give_way_is_no_preemption()
    {
        var ends = new SortedSet<string>(StringComparer.Ordinal);
        ExplorationResult result = Programs.Explore(
            () => ends.Add(End(static end =>
            {
                int* word = S.Allocate<int>(1, "word");
                Note note = S.CreateNote("n");
                Programs.Both(
                    () =>
                    {
                        S.VolatileWrite(word, 1);
                        end.Append(S.Sleep(note, 1000) ? 'y' : 'n');
                    },
                    () =>
                    {
                        end.Append(S.VolatileRead(word));
                        S.Wake(note);
                    });
            })),
            s_all with { Preemptions = 0 });
        Assert.True(result.IsCompleteWithinBound);
        Assert.Equal(["0y", "1y", "n1"], ends);
    }

    [Fact]
    public void A_choice_between_the_steps_of_a_race_is_made_both_ways()
        => SeesAllEnds(static end =>
        {
            int* words = S.Allocate<int>(2, "words");
            SyncThread third = S.StartThread("c", () => S.VolatileWrite(words, 1));
            Programs.Both(
                () => S.VolatileWrite(words + 1, (int)S.Choose(2)),
                () =>
                {
                    if (S.VolatileRead(words + 1) == 0)
                    {
                        end.Append(S.VolatileRead(words));
                    }
                });
            S.Join(third);
        });

    [Fact]
    public void A_choice_that_a_race_does_not_concern_stays_free()
        => SeesAllEnds(static end =>
        {
            int* words = S.Allocate<int>(2, "words");
            SyncThread third = S.StartThread("c", () => S.VolatileRead(words + 1));
            Programs.Both(
                () =>
                {
                    S.VolatileWrite(words + 1, (int)S.Choose(2));
                    S.VolatileRead(words + 1);
                },
                () => S.VolatileWrite(words, 1 + (int)S.Choose(2)));
            S.Join(third);
            end.Append(S.VolatileRead(words)).Append(S.VolatileRead(words + 1));
        });

    /// <summary>
    /// An execution that ends since the waiter's turn is over has not come to the steps that race with that turn.
    /// </summary>
    [Fact]
    public void What_a_turn_that_is_over_hides_is_seen()
        => SeesAllEnds(static end =>
        {
            int* word = S.Allocate<int>(1, "word");
            SyncThread waiter = S.StartThread("waiter", () =>
            {
                for (int turn = 0; S.VolatileRead(word) < 1; turn++)
                {
                    S.Spin(turn);
                }
            });
            Programs.Both(() => S.Add(word, 1), () => end.Append(S.CompareExchange(word, 2, 1)));
            S.Join(waiter);
        });

    /// <summary>That the clock was read before says nothing of a turn that does not read it.</summary>
    [Fact]
    public void A_turn_is_known_although_the_clock_was_read_before_it()
    {
        (ExplorationResult result, SortedSet<string> ends) = Explore(
            static end =>
            {
                int* word = S.Allocate<int>(1, "word");
                SyncThread waiter = S.StartThread("waiter", () =>
                {
                    _ = S.Now;
                    for (int turn = 0; S.VolatileRead(word) < 3; turn++)
                    {
                        S.Spin(turn);
                    }
                });
                for (int i = 0; i < 3; i++)
                {
                    S.Add(word, 1);
                }

                S.Join(waiter);
                end.Append(S.VolatileRead(word));
            },
            isReduced: true);
        Assert.Equal(["3"], ends);
        Assert.Equal((1, 3), (result.Executions, result.Blocked));
    }

    [Fact]
    public void A_turn_that_reads_the_clock_ends_by_time_or_by_what_it_waits_for()
        => SeesAllEnds(static end =>
        {
            int* word = S.Allocate<int>(1, "word");
            Programs.Both(
                () => S.VolatileWrite(word, 1),
                () =>
                {
                    long end = S.Now + 1_000_000;
                    int turn = 0;
                    while (S.VolatileRead(word) == 0 && S.Now < end)
                    {
                        S.Spin(turn++);
                    }
                });
            end.Append(S.VolatileRead(word));
        });

    /// <summary>
    /// What follows a turn in vain is no place to begin: the first end comes before most executions that are cut short.
    /// </summary>
    [Fact]
    public void A_search_does_not_stay_where_a_turn_was_in_vain()
    {
        ExplorationResult result = Programs.Explore(
            static () =>
            {
                int* words = S.Allocate<int>(8, "words");
                SyncThread[] threads =
                [
                    .. Enumerable.Range(0, 3).Select(number => S.StartThread($"t{number}", () =>
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            S.Add(words, 1);
                        }

                        S.Add(words + 1, 1);
                    })),
                ];
                for (int turn = 0; S.VolatileRead(words + 1) < 3; turn++)
                {
                    S.Spin(turn);
                }

                foreach (SyncThread thread in threads)
                {
                    S.Join(thread);
                }
            },
            s_all with { MaxExecutions = 200 });
        Assert.True(result.Executions > 30, $"{result.Executions} ended, {result.Blocked} did not");
    }

    private static string End(Action<StringBuilder> program)
    {
        var end = new StringBuilder();
        program(end);
        return end.ToString();
    }

    private static void Needs(long executions, Action<StringBuilder> program)
    {
        ExplorationResult reduced = SeesAllEnds(program);
        Assert.Equal((executions, 0), (reduced.Executions, reduced.Blocked));
    }

    private static ExplorationResult SeesAllEnds(Action<StringBuilder> program)
    {
        (ExplorationResult all, SortedSet<string> allEnds) = Explore(program, isReduced: false);
        (ExplorationResult reduced, SortedSet<string> ends) = Explore(program, isReduced: true);
        Assert.Equal(allEnds, ends);
        Assert.Equal(Kinds(all), Kinds(reduced));
        Assert.Equal(all.Distinct, reduced.Executions);
        Assert.Equal(all.Distinct, reduced.Distinct);
        return reduced;
    }

    private static (ExplorationResult Result, SortedSet<string> Ends) Explore(
        Action<StringBuilder> program, bool isReduced)
    {
        var ends = new SortedSet<string>(StringComparer.Ordinal);
        ExplorationResult result = Programs.Explore(() => ends.Add(End(program)), s_all with { IsReduced = isReduced });
        return (result, ends);
    }

    private static IEnumerable<FailureKind> Kinds(ExplorationResult result)
        => result.Failures.Select(failure => failure.Kind).Distinct().Order();
}
