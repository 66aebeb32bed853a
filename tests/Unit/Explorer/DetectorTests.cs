using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>Each detector, with a program that it must report and a near miss that it must not.</summary>
public sealed unsafe class DetectorTests
{
    [Fact]
    public void A_lost_update_is_an_oracle_failure_and_an_atomic_addition_is_none()
    {
        Failure failure = Programs.Fails(FailureKind.Oracle, Programs.LostUpdate);
        Assert.Equal("the counter is 1", failure.Message);
        Assert.InRange(failure.Preemptions, 1, 3);
        Programs.Passes(Programs.NoLostUpdate);
    }

    [Fact]
    public void An_exception_in_any_thread_is_reported_with_its_place()
    {
        Failure failure = Programs.Fails(
            FailureKind.Exception,
            () => Programs.Both(() => { }, () => throw new InvalidOperationException("broken")));
        Assert.Contains(
            "InvalidOperationException in thread 'b' (DetectorTests.cs:", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(": broken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_names_places_where_the_program_told_addresses_of_this_process()
    {
        Failure failure = Programs.Fails(FailureKind.Oracle, () =>
        {
            long* words = S.Allocate<long>(3, "words");
            OracleException.Require(false, $"0x{(nint)(words + 2):x} holds 0x2a");
        });
        Assert.Equal("words[2] holds 0x2a", failure.Message);
    }

    [Fact]
    public void A_caught_exception_counts_only_if_it_is_handed_over()
    {
        static void Throw(bool handOver)
        {
            try
            {
                throw new FormatException("odd");
            }
            catch (FormatException exception)
            {
                if (handOver)
                {
                    S.ReportFailure(exception);
                }
            }
        }

        Programs.Fails(FailureKind.Exception, () => Throw(handOver: true));
        Programs.Passes(() => Throw(handOver: false));
    }

    [Fact]
    public void Locks_taken_in_opposite_orders_deadlock_and_in_one_order_do_not()
    {
        Failure failure = Programs.Deadlocks(() => TwoLocks(opposite: true));
        Assert.Contains("thread 'main' waits for the end of thread 'a'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "thread 'a' waits for lock 'right', held by thread 'b' since DetectorTests.cs:",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "thread 'b' waits for lock 'left', held by thread 'a'", failure.Message, StringComparison.Ordinal);
        Programs.Passes(() => TwoLocks(opposite: false));
    }

    [Fact]
    public void Entering_a_lock_twice_is_a_deadlock_that_names_its_holder()
    {
        Failure failure = Programs.Fails(FailureKind.Deadlock, () =>
        {
            Mutex mutex = S.CreateMutex("m");
            S.Enter(mutex);
            S.Enter(mutex);
        });
        Assert.Contains("waits for lock 'm', held by thread 'main'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_that_nobody_wakes_is_a_deadlock()
    {
        static void Program(bool wake)
        {
            Note note = S.CreateNote("n");
            Programs.Both(() => S.Sleep(note), () =>
            {
                if (wake)
                {
                    S.Wake(note);
                }
            });
            S.Destroy(note);
        }

        Failure failure = Programs.Fails(FailureKind.Deadlock, () => Program(wake: false));
        Assert.Contains("thread 'a' sleeps on note 'n'", failure.Message, StringComparison.Ordinal);
        Programs.Passes(() => Program(wake: true));
    }

    [Fact]
    public void Lock_misuse_is_reported()
    {
        AssertMisuse("exits lock 'm'", () => S.Exit(S.CreateMutex("m")));
        AssertMisuse("held by thread 'main'", () =>
        {
            Mutex mutex = S.CreateMutex("m");
            S.Enter(mutex);
            S.Join(S.StartThread("other", () => S.Exit(mutex)));
        });
        AssertMisuse("ended with lock 'm'", () => S.Enter(S.CreateMutex("m")));
        AssertMisuse("destroys lock 'm'", () =>
        {
            Mutex mutex = S.CreateMutex("m");
            S.Enter(mutex);
            S.Destroy(mutex);
        });
        AssertMisuse("enters lock 'm' after its end", () =>
        {
            Mutex mutex = S.CreateMutex("m");
            S.Destroy(mutex);
            S.Enter(mutex);
        });
        AssertMisuse("no lock of this execution", () => S.Enter(new Mutex(77)));
        Programs.Passes(() =>
        {
            Mutex mutex = S.CreateMutex("m");
            S.Enter(mutex);
            S.Exit(mutex);
            S.Enter(mutex);
            S.Exit(mutex);
            S.Destroy(mutex);
            S.Destroy(default(Mutex));
        });

        static void AssertMisuse(string message, Action body)
            => Assert.Contains(message, Programs.Fails(FailureKind.LockMisuse, body).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Note_misuse_is_reported()
    {
        Failure twice = Programs.Fails(FailureKind.NoteMisuse, () => WakeTwice(clear: false));
        Assert.Contains("which was woken already (DetectorTests.cs:", twice.Message, StringComparison.Ordinal);
        Programs.Passes(() => WakeTwice(clear: true));
        Programs.Fails(FailureKind.NoteMisuse, () =>
        {
            Note note = S.CreateNote("n");
            Programs.Both(() => S.Sleep(note), () => S.Sleep(note));
        });
        Programs.Fails(FailureKind.NoteMisuse, () =>
        {
            Note note = S.CreateNote("n");
            Programs.Both(() => S.Sleep(note, 1), () => S.Clear(note));
        });

        static void WakeTwice(bool clear)
        {
            Note note = S.CreateNote("n");
            S.Wake(note);
            if (clear)
            {
                S.Clear(note);
            }

            S.Wake(note);
            S.Sleep(note);
        }
    }

    [Fact]
    public void A_wake_that_a_clear_wipes_out_is_a_lost_wake_up_and_one_that_was_seen_is_not()
    {
        Failure failure = Programs.Fails(FailureKind.LostWakeUp, () => ClearLate(seen: false));
        Assert.Matches(
            "thread 'main' sleeps on note 'n', which thread 'main' woke .DetectorTests.cs:[0-9]+. before "
            + "thread 'main' cleared it .DetectorTests.cs:[0-9]+. .DetectorTests.cs:",
            failure.Message);
        Programs.Fails(FailureKind.Deadlock, () => ClearLate(seen: true));

        static void ClearLate(bool seen)
        {
            Note note = S.CreateNote("n");
            S.Wake(note);
            if (seen)
            {
                S.Sleep(note);
            }

            S.Clear(note);
            S.Sleep(note);
        }
    }

    [Fact]
    public void A_clear_that_nothing_orders_against_a_wake_is_misuse_in_every_schedule()
    {
        var once = new ExplorationOptions { MaxExecutions = 1 };
        Failure failure = Programs.Fails(FailureKind.NoteMisuse, () => ClearBeside(locked: false), once);
        Assert.Contains("nothing orders that after thread '", failure.Message, StringComparison.Ordinal);
        Programs.Passes(() => ClearBeside(locked: true));

        static void ClearBeside(bool locked)
        {
            Note note = S.CreateNote("n");
            Mutex mutex = S.CreateMutex("m");
            Programs.Both(() => Do(() => S.Clear(note)), () => Do(() => S.Wake(note)));

            void Do(Action action)
            {
                if (locked)
                {
                    S.Enter(mutex);
                }

                action();
                if (locked)
                {
                    S.Exit(mutex);
                }
            }
        }
    }

    [Fact]
    public void Thread_misuse_is_reported()
    {
        Programs.Fails(FailureKind.ThreadMisuse, () =>
        {
            SyncThread thread = S.StartThread("t", () => { });
            S.Join(thread);
            S.Join(thread);
        });
        Programs.Fails(FailureKind.ThreadMisuse, () => S.Join(default));
        Programs.Passes(() => S.StartThread("never joined", () => { }));
    }

    [Fact]
    public void An_access_after_the_free_is_reported_atomic_or_plain()
    {
        Failure atomic = Programs.Fails(FailureKind.UseAfterFree, () => FreeUnderReader(plain: false, join: false));
        Assert.Contains("volatile-read of pair.Second (DetectorTests.cs:", atomic.Message, StringComparison.Ordinal);
        Assert.Contains("which thread 'main' freed at DetectorTests.cs:", atomic.Message, StringComparison.Ordinal);
        Programs.Fails(FailureKind.UseAfterFree, () => FreeUnderReader(plain: true, join: false));
        Programs.Passes(() => FreeUnderReader(plain: false, join: true));
        Programs.Passes(() => FreeUnderReader(plain: true, join: true));
        Programs.Fails(FailureKind.UseAfterFree, () =>
        {
            Pair* pair = S.Allocate<Pair>(1, "pair");
            S.Free(pair);
            S.Zero(pair, 1);
        });
    }

    [Fact]
    public void A_double_free_is_reported_and_a_free_of_two_blocks_is_not()
    {
        Programs.Fails(FailureKind.DoubleFree, () =>
        {
            int* block = S.Allocate<int>(1, "block");
            S.Free(block);
            S.Free(block);
        });
        Programs.Fails(FailureKind.OutOfBounds, () => S.Free(S.Allocate<int>(4, "block") + 1));
        Programs.Passes(() =>
        {
            S.Free(S.Allocate<int>(1, "one"));
            S.Free(S.Allocate<int>(1, "other"));
            S.Free(null);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(40_000)]
    public void An_access_past_the_end_is_reported_and_one_to_the_last_element_is_not(int count)
    {
        Programs.Fails(FailureKind.OutOfBounds, () => S.Read(S.Allocate<int>((nuint)count, "block") + count));
        Programs.Fails(FailureKind.OutOfBounds, () => S.Add(S.Allocate<int>((nuint)count, "block") + count, 1));
        Programs.Fails(FailureKind.OutOfBounds, () => S.Write(S.Allocate<int>((nuint)count, "block") - 1, 1));
        Programs.Fails(
            FailureKind.OutOfBounds, () => S.VolatileRead((long*)(S.Allocate<int>((nuint)count, "block") + count - 1)));
        Programs.Passes(() =>
        {
            int* block = S.Allocate<int>((nuint)count, "block");
            S.Write(block + count - 1, 1);
            S.Zero(block, (nuint)count * sizeof(int));
            S.Free(block);
        });
    }

    [Fact]
    public void Memory_of_others_is_out_of_bounds()
    {
        Failure failure = Programs.Fails(FailureKind.OutOfBounds, () =>
        {
            int local = 1;
            S.VolatileWrite(&local, 2);
        });
        Assert.Contains("in no block, such as null or a stack", failure.Message, StringComparison.Ordinal);
        Programs.Fails(FailureKind.OutOfBounds, () => S.Read((int*)null));
    }

    [Fact]
    public void Memory_is_zeroed_in_every_execution()
        => Programs.Passes(() =>
        {
            long* small = S.Allocate<long>(3, "small");
            long* large = S.Allocate<long>(100_000, "large");
            OracleException.Require(S.Read(small + 2) == 0 && S.Read(large + 99_999) == 0, "not zeroed");
            S.Write(small + 2, 5);
            S.Write(large + 99_999, 7);
        });

    [Fact]
    public void More_memory_than_there_is_is_refused()
        => Programs.Passes(() => Assert.ThrowsAny<OutOfMemoryException>(() => S.Allocate<long>(1 << 30, "huge")));

    [Fact]
    public void An_endless_loop_ends_at_the_step_limit_with_the_threads_steps()
    {
        var options = new ExplorationOptions { MaxSteps = 100 };
        Failure failure = Programs.Fails(FailureKind.StepLimit, () => Loop(int.MaxValue), options);
        Assert.Equal(100, failure.Steps);
        Assert.Contains("thread 'main' took 100 and is at add counter", failure.Message, StringComparison.Ordinal);
        Programs.Passes(() => Loop(100), options with { MaxExecutions = 3 });

        static void Loop(int turns)
        {
            int* counter = S.Allocate<int>(1, "counter");
            while (turns-- > 0)
            {
                S.Add(counter, 1);
            }
        }
    }

    [Fact]
    public void A_loop_without_a_step_is_reported_as_stalled()
    {
        // Ends by itself after the report, so that the test leaves no busy thread behind.
        var release = new System.Threading.ManualResetEventSlim();
        var options = new ExplorationOptions { StallLimit = TimeSpan.FromMilliseconds(300) };
        Failure failure = Programs.Fails(
            FailureKind.Stalled,
            () => Programs.Both(() => { }, () => release.Wait()),
            options);
        release.Set();
        Assert.Contains("thread 'b' made no step for", failure.Message, StringComparison.Ordinal);
        Programs.Passes(() => System.Threading.Thread.Sleep(20), options with { MaxExecutions = 3 });
    }

    [Fact]
    public void What_differs_without_a_reason_is_reported_as_nondeterminism()
    {
        int runs = 0;
        Failure failure = Programs.Fails(
            FailureKind.Nondeterminism, () => OracleException.Require(runs++ % 2 == 1, "every other run"));
        Assert.Contains("it did not fail", failure.Message, StringComparison.Ordinal);
        Assert.Contains("every other run", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_refuses_threads_that_it_does_not_control()
        => Assert.Throws<InvalidOperationException>(() => S.CreateMutex("m"));

    private static void TwoLocks(bool opposite)
    {
        Mutex left = S.CreateMutex("left");
        Mutex right = S.CreateMutex("right");
        Programs.Both(() => Take(left, right), () => Take(opposite ? right : left, opposite ? left : right));

        static void Take(Mutex first, Mutex second)
        {
            S.Enter(first);
            S.Enter(second);
            S.Exit(second);
            S.Exit(first);
        }
    }

    private static void FreeUnderReader(bool plain, bool join)
    {
        Pair* pair = S.Allocate<Pair>(1, "pair");
        SyncThread reader = S.StartThread("reader", () =>
        {
            if (plain)
            {
                _ = S.Read(&pair->First);
            }
            else
            {
                _ = S.VolatileRead(&pair->Second);
            }
        });
        if (join)
        {
            S.Join(reader);
        }

        S.Free(pair);
    }

    private struct Pair
    {
        internal int First;
        internal long Second;
    }
}
