using System.Threading;
using Testbed.Explorer;
using Testbed.Models.Heaps;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>Failures become as small as they can be, and stay what they are.</summary>
public sealed unsafe class ShrinkingTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void A_failure_that_takes_two_preemptions_keeps_two_and_no_step_of_others(ulong seed)
    {
        Failure failure = Fails(SeesBothWrites, new() { Seed = seed, Strategy = "random" });
        Assert.True(failure.Shrinking!.FoundPreemptions > 2, "it was found with 2 preemptions already");
        Assert.Equal(2, failure.Preemptions);

        // Start idle, start writer, start reader; both begin; 2 writes and 2 reads.
        Assert.Equal(9, failure.Steps);
        Assert.Equal(ShrinkEnd.Minimal, failure.Shrinking.End);
    }

    [Fact]
    public void A_failure_that_takes_no_preemption_keeps_none()
    {
        Failure failure = Fails(WrongOrder, new() { Strategy = "random", Seed = 2 });
        Assert.True(failure.Shrinking!.FoundPreemptions > 0, "it was found without preemptions already");
        Assert.Equal(0, failure.Preemptions);
    }

    [Fact]
    public void What_is_chosen_becomes_short_and_low()
    {
        Failure failure = Fails(ListWithLargeNumber);
        Assert.True(failure.Shrinking!.FoundChoices > 2, "it was found with 2 choices already");
        Assert.Equal("40", failure.Recorded.Input);
        Assert.Equal(2, failure.Shrinking.Choices);
        Assert.Equal([1u, 40u, 0u], failure.Trace.Choices);
    }

    [Fact]
    public void A_generated_heap_becomes_the_smallest_that_fails()
    {
        Failure failure = Fails(HeapWithCycle);
        Assert.Equal(
            """
            goroutine 0 (main)
              garbage n0 typed p
                        .0 -- n0 ^

            """,
            failure.Recorded.Input);
    }

    [Fact]
    public void A_heap_and_a_schedule_shrink_together()
    {
        Failure failure = Fails(LostUpdateOfManyThreads, new() { Strategy = "random" });
        Assert.Equal("2 threads", failure.Recorded.Input);
        Assert.Equal(1, failure.Preemptions);
    }

    [Fact]
    public void A_shrunk_failure_replays()
    {
        Failure failure = Fails(SeesBothWrites, new() { Strategy = "random" });
        ReplayResult replay = Replay.Run(failure.Trace, SeesBothWrites);
        Assert.Equal(ReplayOutcome.Reproduced, replay.Outcome);
        Assert.Equal(
            (failure.Steps, failure.Preemptions), (replay.Failure!.Steps, replay.Failure.Preemptions));
    }

    [Fact]
    public void The_same_seed_shrinks_to_the_same_with_any_number_of_workers()
    {
        Assert.Equal(Shrunk(workers: 1), Shrunk(workers: 1));
        Assert.Equal(Shrunk(workers: 1), Shrunk(workers: 3));

        static string Shrunk(int workers) => TraceFile.Write(
            Fails(SeesBothWrites, new() { Strategy = "random", Workers = workers }).Trace);
    }

    [Fact]
    public void Another_failure_that_is_smaller_is_not_taken_for_it()
    {
        Failure failure = Fails(FailsSoonOrLate, new() { Strategy = "random", Seed = 5 });
        Failure raw = Fails(FailsSoonOrLate, new() { Strategy = "random", Seed = 5, Shrink = false });
        Assert.Equal("late: 2", raw.Message);
        Assert.Equal("late: 1", failure.Message);
    }

    [Fact]
    public void Another_failure_of_its_kind_is_taken_for_it_if_it_needs_fewer_preemptions()
    {
        ExplorationOptions options = Enumerable.Range(1, 100)
            .Select(seed => new ExplorationOptions { Strategy = "random", Seed = (ulong)seed })
            .First(options => Fails(SeesOneOrBothWrites, options with { Shrink = false }).Message == "both were seen");
        Failure failure = Fails(SeesOneOrBothWrites, options);
        Assert.Equal(("one was seen", 1), (failure.Message, failure.Preemptions));
    }

    [Fact]
    public void Failures_stay_as_they_were_found_if_so_asked()
    {
        Failure failure = Fails(SeesBothWrites, new() { Strategy = "random", Shrink = false });
        Assert.Null(failure.Shrinking);
        Assert.True(failure.Preemptions > 2);
    }

    [Fact]
    public void When_the_budget_is_spent_the_smallest_so_far_is_reported_and_that_it_is_no_more()
    {
        Failure failure = Fails(SeesBothWrites, new() { Strategy = "random", ShrinkExecutions = 3 });
        Assert.Equal(ShrinkEnd.ExecutionLimit, failure.Shrinking!.End);
        Assert.Equal(3, failure.Shrinking.Executions);
        failure = Fails(SeesBothWrites, new() { Strategy = "random", ShrinkTimeout = TimeSpan.Zero });
        Assert.Equal((ShrinkEnd.TimeLimit, 0), (failure.Shrinking!.End, failure.Shrinking.Executions));
        Assert.Equal(failure.Shrinking.FoundSteps, failure.Steps);
    }

    [Fact]
    public void An_interruption_keeps_what_was_found_by_then()
    {
        using var cancel = new CancellationTokenSource();
        var progress = new Interrupting(cancel);
        ExplorationResult result = new Exploration(
            "long",
            LongLivelock,
            new()
            {
                Strategy = "random",
                MaxSteps = 1000,
                ShrinkExecutions = int.MaxValue,
                ShrinkTimeout = TimeSpan.FromMinutes(5),
            })
            .Run(progress, cancel.Token);
        Failure failure = Assert.Single(result.Failures);
        Assert.NotNull(progress.Seen);
        Assert.Equal(FailureKind.StepLimit, failure.Kind);
        Assert.Equal(ShrinkEnd.Cancelled, failure.Shrinking!.End);
        Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(failure.Trace, LongLivelock).Outcome);
    }

    [Theory]
    [InlineData("span[3].state is 7", "span[12].state is 8", true)]
    [InlineData("node 0.1 (typed p.p) at 0x7f00", "node 1.0 (noscan 5 words) at 0x7eef8", true)]
    [InlineData("freed at Heap.cs:12", "freed at Heap.cs:13", false)]
    [InlineData("a read (Heap.cs:12)", "a read (Heap.cs:13)", false)]
    [InlineData("span[3].state", "span[3].next", false)]
    public void Numbers_and_remarks_are_not_what_a_failure_is_but_its_places_are(string one, string other, bool same)
        => Assert.Equal(same, IsSame(FailureKind.UseAfterFree, one, other));

    [Fact]
    public void Fewer_threads_may_be_stuck_but_not_elsewhere()
    {
        const string both = "every thread waits:\n  a (X.cs:1)\n  b (X.cs:2)";
        Assert.True(IsSame(FailureKind.Deadlock, both, "every thread waits:\n  b (X.cs:2)"));
        Assert.False(IsSame(FailureKind.Deadlock, both, "every thread waits:\n  b (X.cs:3)"));
        Assert.False(IsSame(FailureKind.Oracle, both, "every thread waits:\n  b (X.cs:2)"));
    }

    private static bool IsSame(FailureKind kind, string one, string other)
        => new FailureIdentity(kind, one).Is(new ExecutionFailure(kind, other, 0, 0));

    private static Failure Fails(Action body, ExplorationOptions? options = null)
    {
        ExplorationResult result = new Exploration("program", body, options ?? new()).Run();
        return Assert.Single(result.Failures);
    }

    /// <summary>Between two writes a reader has to read, and between two reads the writer has to write.</summary>
    private static void SeesBothWrites()
        => SeesWrites((first, second) => OracleException.Require(first != 1 || second != 2, "both were seen"));

    private static void SeesOneOrBothWrites()
        => SeesWrites((first, second) =>
            OracleException.Require(first != 1, second == 2 ? "both were seen" : "one was seen"));

    private static void SeesWrites(Action<int, int> check)
    {
        int* place = S.Allocate<int>(1, "place");
        int* other = S.Allocate<int>(1, "other");
        SyncThread idle = S.StartThread("idle", () => Count(other, 5));
        Programs.Both(
            () =>
            {
                S.RacyWrite(place, 1);
                S.RacyWrite(place, 2);
            },
            () =>
            {
                int first = S.RacyRead(place);
                int second = S.RacyRead(place);
                check(first, second);
            });
        S.Join(idle);
        S.Free(place);
        S.Free(other);
    }

    private static void WrongOrder()
    {
        int* place = S.Allocate<int>(1, "place");
        Programs.Both(
            () => Count(place, 3),
            () => OracleException.Require(S.RacyRead(place) < 3, "it was late"));
        S.Free(place);
    }

    private static void ListWithLargeNumber()
    {
        var list = new List<uint>();
        while (list.Count < 10 && S.Choose((uint)(11 - list.Count)) != 0)
        {
            list.Add(S.Choose(100));
        }

        S.NoteInput(() => string.Join(' ', list));
        OracleException.Require(list.TrueForAll(number => number < 40), "there is a large number");
    }

    private static void HeapWithCycle()
    {
        var limits = new ProgramLimits(Goroutines: 1, Nodes: 6, Operations: 4, SmallWords: 16);
        MutatorProgram program = new ProgramDrawer(bound => S.Choose(bound), limits).Draw();
        S.NoteInput(program.ToString);
        IReadOnlyList<NodeShape> nodes = program.Goroutines[0].Graph.Nodes;
        IReadOnlyList<HeapEdge> edges = program.Goroutines[0].Graph.Edges;
        OracleException.Require(
            !edges.Any(edge => edge.From == edge.To && nodes[edge.From].IsPointer(edge.Word)),
            "a node refers to itself");
    }

    private static void LostUpdateOfManyThreads()
    {
        int* place = S.Allocate<int>(1, "place");
        int count = 2 + (int)S.Choose(4);
        S.NoteInput(() => $"{count} threads");
        SyncThread[] threads =
            [.. Enumerable.Range(0, count).Select(number => S.StartThread($"t{number}", () => Count(place, 1)))];
        foreach (SyncThread thread in threads)
        {
            S.Join(thread);
        }

        int counted = S.VolatileRead(place);
        S.Free(place);
        OracleException.Require(counted == count, $"{count} threads counted {counted}");
    }

    /// <summary>The failure that is met sooner is another one.</summary>
    private static void FailsSoonOrLate()
    {
        uint number = S.Choose(3);
        OracleException.Require(number != 0, "soon");
        S.MemoryBarrier();
        throw new OracleException($"late: {number}");
    }

    /// <summary>Each of its executions takes all steps there are.</summary>
    private static void LongLivelock()
    {
        int* place = S.Allocate<int>(1, "place");
        Programs.Both(() => Count(place, int.MaxValue), () => Count(place, int.MaxValue));
    }

    private static void Count(int* place, int times)
    {
        for (int i = 0; i < times; i++)
        {
            S.RacyWrite(place, S.RacyRead(place) + 1);
        }
    }

    private sealed class Interrupting(CancellationTokenSource cancel) : IProgress<ExplorationProgress>
    {
        internal ShrinkProgress? Seen { get; private set; }

        public void Report(ExplorationProgress value)
        {
            Seen ??= value.Shrinking;
            if (Seen is not null)
            {
                cancel.Cancel();
            }
        }
    }
}
