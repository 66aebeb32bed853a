using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Detectors;

/// <summary>Locks taken in orders that can deadlock, and what keeps the threads apart.</summary>
public sealed unsafe class LockOrderTests
{
    /// <summary>In the first execution of each program the threads do not deadlock.</summary>
    private static readonly ExplorationOptions s_serial = new() { MaxExecutions = 40, MaxFailures = 40 };

    [Fact]
    public void Opposite_orders_are_reported_without_a_deadlock_and_one_order_is_not()
    {
        Failure failure = Find((left, right) => Programs.Both(() => Take(left, right), () => Take(right, left)));
        Assert.Matches(
            "thread 'a' took lock 'right' at LockOrderTests.cs:[0-9]+, holding lock 'left', taken at LockOrderTests.cs:",
            failure.Message);
        Assert.Matches(
            "thread 'b' took lock 'left' at LockOrderTests.cs:[0-9]+, holding lock 'right', taken at LockOrderTests.cs:",
            failure.Message);
        Passes((left, right) => Programs.Both(() => Take(left, right), () => Take(left, right)));
    }

    [Fact]
    public void One_thread_may_take_them_in_both_orders()
        => Passes((left, right) =>
        {
            Take(left, right);
            Take(right, left);
        });

    [Fact]
    public void A_gate_that_both_hold_keeps_them_apart_and_one_that_one_holds_does_not()
    {
        Passes((left, right) => WithGate(left, right, both: true));
        _ = Find((left, right) => WithGate(left, right, both: false));

        static void WithGate(Mutex left, Mutex right, bool both)
        {
            Mutex gate = S.CreateMutex("gate");
            Programs.Both(
                () =>
                {
                    S.Enter(gate);
                    Take(left, right);
                    S.Exit(gate);
                },
                () =>
                {
                    if (both)
                    {
                        S.Enter(gate);
                    }

                    Take(right, left);
                    if (both)
                    {
                        S.Exit(gate);
                    }
                });
        }
    }

    [Fact]
    public void Start_and_join_keep_them_apart()
        => Passes((left, right) =>
        {
            Take(left, right);
            S.Join(S.StartThread("a", () => Take(right, left)));
            S.Join(S.StartThread("b", () => Take(left, right)));
        });

    [Fact]
    public void A_note_keeps_them_apart_and_the_order_of_another_lock_does_not()
    {
        Passes((left, right) =>
        {
            Note note = S.CreateNote("n");
            Programs.Both(
                () =>
                {
                    Take(left, right);
                    S.Wake(note);
                },
                () =>
                {
                    S.Sleep(note);
                    Take(right, left);
                });
        });
        _ = Find((left, right) =>
        {
            Mutex other = S.CreateMutex("other");
            Programs.Both(
                () =>
                {
                    Take(left, right);
                    S.Enter(other);
                    S.Exit(other);
                },
                () =>
                {
                    S.Enter(other);
                    S.Exit(other);
                    Take(right, left);
                });
        });
    }

    [Fact]
    public void A_cycle_of_three_is_reported_and_a_chain_of_three_is_not()
    {
        Assert.Equal(4, Find((left, right) => Three(left, right, cycle: true)).Message.Split('\n').Length);
        Passes((left, right) => Three(left, right, cycle: false));

        static void Three(Mutex one, Mutex two, bool cycle)
        {
            Mutex three = S.CreateMutex("three");
            SyncThread thread = S.StartThread("c", () => Take(cycle ? three : one, cycle ? one : three));
            Programs.Both(() => Take(one, two), () => Take(two, three));
            S.Join(thread);
        }
    }

    private static Failure Find(Action<Mutex, Mutex> program)
    {
        ExplorationResult result = Programs.Explore(() => Run(program), s_serial);
        return result.Failures.First(failure => failure.Kind == FailureKind.LockOrder);
    }

    private static void Passes(Action<Mutex, Mutex> program) => Programs.Passes(() => Run(program));

    private static void Run(Action<Mutex, Mutex> program)
        => program(S.CreateMutex("left"), S.CreateMutex("right"));

    private static void Take(Mutex first, Mutex second)
    {
        S.Enter(first);
        S.Enter(second);
        S.Exit(second);
        S.Exit(first);
    }
}
