using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Detectors;

/// <summary>Races between accesses: each way to order two, and what is missing when they race.</summary>
public sealed unsafe class DataRaceTests
{
    [Fact]
    public void The_report_names_both_accesses_with_values_lines_and_locks()
    {
        Failure failure = Programs.Fails(FailureKind.DataRace, () =>
        {
            Pair* pair = S.Allocate<Pair>(1, "pair");
            Mutex left = S.CreateMutex("left");
            Mutex right = S.CreateMutex("right");
            Programs.Both(
                () =>
                {
                    S.Enter(left);
                    S.Enter(right);
                    S.Write(&pair->Second, 7);
                    S.Exit(right);
                    S.Exit(left);
                },
                () => _ = S.Read(&pair->Second));
        });
        Assert.Matches("^data race on pair.Second: nothing orders\n", failure.Message);
        Assert.Matches(
            "thread 'a': write of 7 at DataRaceTests.cs:[0-9]+, "
            + "holding lock 'right', taken at DataRaceTests.cs:[0-9]+ and lock 'left', taken at DataRaceTests.cs:",
            failure.Message);
        Assert.Matches("thread 'b': read of [07] at DataRaceTests.cs:[0-9]+, holding no lock", failure.Message);
    }

    [Fact]
    public void A_race_needs_no_schedule_that_shows_it()
    {
        // The threads run one after the other, but nothing says that they must.
        var once = new ExplorationOptions { MaxExecutions = 1 };
        Programs.Fails(
            FailureKind.DataRace, () => OnOneWord(word => S.Write(word, 1), word => S.Write(word, 1)), once);
    }

    [Fact]
    public void Two_reads_do_not_race_and_neither_do_neighbours_in_a_word()
    {
        Programs.Passes(() => OnOneWord(word => S.Read(word), word => S.Read(word)));
        Programs.Passes(() => OnOneWord(word => S.Write(word, 1), word => S.Write(word + 1, 1)));
        Programs.Passes(
            () => OnOneWord(word => S.Write((byte*)word, (byte)1), word => S.Write((byte*)word + 1, (byte)1)));
        Programs.Fails(
            FailureKind.DataRace, () => OnOneWord(word => S.Write((byte*)word + 1, (byte)1), word => S.Read(word)));
    }

    [Fact]
    public void Plain_races_with_volatile_racy_and_interlocked_unless_both_read()
    {
        AssertRaces(word => S.Write(word, 1), word => S.VolatileRead(word));
        AssertRaces(word => S.Write(word, 1), word => S.RacyRead(word));
        AssertRaces(word => S.Read(word), word => S.VolatileWrite(word, 1));
        AssertRaces(word => S.Read(word), word => S.RacyWrite(word, 1));
        AssertRaces(word => S.Read(word), word => S.Add(word, 1));
        AssertRaces(word => S.Read(word), word => S.CompareExchange(word, 1, 0));
        Programs.Passes(() => OnOneWord(word => S.Read(word), word => S.VolatileRead(word)));
        Programs.Passes(() => OnOneWord(word => S.Read(word), word => S.RacyRead(word)));
        Programs.Passes(() => OnOneWord(word => S.Read(word), word => S.CompareExchange(word, 1, 2)));
    }

    [Fact]
    public void Racy_and_atomic_accesses_do_not_race_with_each_other()
        => Programs.Passes(() => OnOneWord(
            word =>
            {
                S.RacyWrite(word, S.RacyRead(word) + 1);
                S.VolatileWrite(word, 2);
                S.Add(word, 1);
            },
            word =>
            {
                S.VolatileWrite(word, S.VolatileRead(word));
                S.RacyWrite(word, 3);
                S.Exchange(word, 4);
            }));

    [Fact]
    public void Ranges_race_in_the_bytes_that_they_have_in_common()
    {
        Failure failure = Programs.Fails(FailureKind.DataRace, () => OnOneWord(
            word => S.Zero(word, 16), word => S.Write(word + 3, 1)));
        Assert.StartsWith("data race on words[3]:", failure.Message, StringComparison.Ordinal);
        AssertRaces(word => S.Copy(word, word + 4, 16), word => S.Write(word, 1));
        AssertRaces(word => S.Copy(word, word + 4, 16), word => S.Read(word + 4));
        Programs.Passes(() => OnOneWord(word => S.Zero(word, 12), word => S.Write(word + 3, 1)));
        Programs.Passes(() => OnOneWord(word => S.Copy(word, word + 4, 16), word => S.Read(word)));
    }

    [Fact]
    public void A_lock_orders_what_its_holders_do_and_two_locks_do_not()
    {
        Programs.Passes(() => Locked(sameLock: true));
        Failure failure = Programs.Fails(FailureKind.DataRace, () => Locked(sameLock: false));
        Assert.Contains("holding lock 'one'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("holding lock 'other'", failure.Message, StringComparison.Ordinal);

        static void Locked(bool sameLock)
        {
            Mutex one = S.CreateMutex("one");
            Mutex other = S.CreateMutex("other");
            OnOneWord(word => Add(one, word), word => Add(sameLock ? one : other, word));
        }

        static void Add(Mutex mutex, int* word)
        {
            S.Enter(mutex);
            S.Write(word, S.Read(word) + 1);
            S.Exit(mutex);
        }
    }

    [Fact]
    public void A_flag_publishes_if_its_write_releases_and_its_read_acquires()
    {
        Programs.Passes(() => Publish(flag => S.VolatileWrite(flag, 1), flag => S.VolatileRead(flag)));
        Programs.Passes(() => Publish(flag => S.Add(flag, 1), flag => S.Add(flag, 0)));
        Programs.Passes(() => Publish(flag => S.VolatileWrite(flag, 1), flag => S.CompareExchange(flag, 2, 2)));
        AssertUnpublished(flag => S.RacyWrite(flag, 1), flag => S.VolatileRead(flag));
        AssertUnpublished(flag => S.VolatileWrite(flag, 1), flag => S.RacyRead(flag));

        static void AssertUnpublished(Access set, Func get)
            => Assert.StartsWith(
                "data race on words[2]",
                Programs.Fails(FailureKind.DataRace, () => Publish(set, get)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_racy_flag_publishes_between_two_fences_and_not_with_one()
    {
        Programs.Passes(() => Publish(Fenced, Fencing));
        Programs.Fails(FailureKind.DataRace, () => Publish(Fenced, flag => S.RacyRead(flag)));
        Programs.Fails(FailureKind.DataRace, () => Publish(flag => S.RacyWrite(flag, 1), Fencing));

        static void Fenced(int* flag)
        {
            S.MemoryBarrier();
            S.RacyWrite(flag, 1);
        }

        static int Fencing(int* flag)
        {
            int seen = S.RacyRead(flag);
            S.MemoryBarrier();
            return seen;
        }
    }

    [Fact]
    public void Fences_alone_and_interlocked_operations_on_other_words_order_nothing()
    {
        AssertRaces(word => Fence(word, word + 2), word => Fence(word, word + 4));

        static void Fence(int* word, int* own)
        {
            S.Write(word, 1);
            S.MemoryBarrier();
            S.Add(own, 1);
        }
    }

    [Fact]
    public void A_racy_write_over_a_released_value_takes_the_order_with_it()
        => Programs.Fails(FailureKind.DataRace, () =>
        {
            int* words = S.Allocate<int>(4, "words");
            SyncThread overwriter = S.StartThread("overwriter", () =>
            {
                while (S.RacyRead(words) == 0)
                {
                    S.Spin(0);
                }

                S.RacyWrite(words, 2);
            });
            Programs.Both(
                () =>
                {
                    S.Write(words + 2, 5);
                    S.VolatileWrite(words, 1);
                },
                () =>
                {
                    if (S.VolatileRead(words) == 2)
                    {
                        _ = S.Read(words + 2);
                    }
                });
            S.Join(overwriter);
        });

    [Fact]
    public void An_addition_between_passes_on_what_was_released()
        => Programs.Passes(() =>
        {
            int* words = S.Allocate<int>(4, "words");
            SyncThread adder = S.StartThread("adder", () => S.Add(words, 2));
            Programs.Both(
                () =>
                {
                    S.Write(words + 2, 5);
                    S.Add(words, 1);
                },
                () =>
                {
                    if ((S.VolatileRead(words) & 1) != 0)
                    {
                        _ = S.Read(words + 2);
                    }
                });
            S.Join(adder);
        });

    [Fact]
    public void A_wake_orders_what_came_before_it_and_nothing_after_it()
    {
        Programs.Passes(() => Wake(late: false, timeout: false));
        Programs.Passes(() => Wake(late: false, timeout: true));
        Programs.Fails(FailureKind.DataRace, () => Wake(late: true, timeout: false));

        static void Wake(bool late, bool timeout)
        {
            Note note = S.CreateNote("n");
            OnOneWord(
                word =>
                {
                    S.Write(word + (late ? 1 : 0), 1);
                    S.Wake(note);
                    S.Write(word + (late ? 0 : 1), 1);
                },
                word =>
                {
                    if (!timeout)
                    {
                        S.Sleep(note);
                        _ = S.Read(word);
                    }
                    else if (S.Sleep(note, 1))
                    {
                        _ = S.Read(word);
                    }
                });
        }
    }

    [Fact]
    public void The_end_of_a_sleep_by_its_time_orders_nothing()
    {
        Programs.Fails(FailureKind.DataRace, () =>
        {
            Note note = S.CreateNote("n");
            OnOneWord(
                word =>
                {
                    S.Write(word, 1);
                    S.Wake(note);
                },
                word =>
                {
                    _ = S.Sleep(note, 1);
                    _ = S.Read(word);
                });
        });
    }

    [Fact]
    public void Start_and_join_order_and_a_sibling_does_not()
    {
        Programs.Passes(() =>
        {
            int* word = S.Allocate<int>(1, "word");
            S.Write(word, 1);
            S.Join(S.StartThread("child", () => S.Write(word, 2)));
            S.Write(word, 3);
        });
        Programs.Fails(FailureKind.DataRace, () =>
        {
            int* word = S.Allocate<int>(1, "word");
            SyncThread child = S.StartThread("child", () => S.Write(word, 2));
            S.Write(word, 1);
            S.Join(child);
        });
    }

    [Fact]
    public void A_free_races_with_what_it_is_not_ordered_after()
    {
        // The reader has always done its accesses by the time of the free, but says so in no way that orders them.
        Failure failure = Programs.Fails(FailureKind.UseAfterFree, () => Free(join: false));
        Assert.Contains("use after free of pair.First: nothing orders", failure.Message, StringComparison.Ordinal);
        Programs.Passes(() => Free(join: true));

        static void Free(bool join)
        {
            Pair* pair = S.Allocate<Pair>(1, "pair");
            int* done = S.Allocate<int>(1, "done");
            SyncThread reader = S.StartThread("reader", () =>
            {
                S.Write(&pair->First, 1);
                _ = S.Read(&pair->Second);
                S.RacyWrite(done, 1);
            });
            if (join)
            {
                S.Join(reader);
            }

            while (S.RacyRead(done) == 0)
            {
                S.Spin(0);
            }

            S.Free(pair);
        }
    }

    [Fact]
    public void More_threads_than_a_clock_first_has_room_for_are_told_apart()
    {
        Programs.Passes(() => Many(atomic: true));
        Programs.Fails(FailureKind.DataRace, () => Many(atomic: false));

        static void Many(bool atomic)
        {
            int* words = S.Allocate<int>(2, "words");
            var threads = new SyncThread[20];
            for (int i = 0; i < threads.Length; i++)
            {
                bool last = i == threads.Length - 1;
                threads[i] = S.StartThread($"t{i}", () =>
                {
                    if (!last)
                    {
                        S.Add(words, 1);
                    }
                    else if (atomic)
                    {
                        S.VolatileWrite(words, 1);
                    }
                    else
                    {
                        S.Write(words, 1);
                    }
                });
            }

            foreach (SyncThread thread in threads)
            {
                S.Join(thread);
            }

            _ = S.Read(words);
        }
    }

    private delegate void Access(int* word);

    private delegate int Func(int* word);

    private static void AssertRaces(Access first, Access second)
        => Programs.Fails(FailureKind.DataRace, () => OnOneWord(first, second));

    private static void OnOneWord(Access first, Access second)
    {
        int* words = S.Allocate<int>(8, "words");
        Programs.Both(() => first(words), () => second(words));
        S.Free(words);
    }

    /// <summary>One thread writes a word plainly and sets a flag; another sees the flag and reads the word.</summary>
    private static void Publish(Access set, Func get)
        => OnOneWord(
            word =>
            {
                S.Write(word + 2, 5);
                set(word);
            },
            word =>
            {
                if (get(word) == 1)
                {
                    OracleException.Require(S.Read(word + 2) == 5, "not what was published");
                }
            });

    private struct Pair
    {
        internal int First;
        internal long Second;
    }
}
