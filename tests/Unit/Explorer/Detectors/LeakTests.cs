using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Detectors;

/// <summary>What an execution leaves behind.</summary>
public sealed unsafe class LeakTests
{
    [Fact]
    public void What_is_left_at_the_end_is_named_and_what_was_given_back_is_not()
    {
        Failure failure = Assert.Single(Explore(() => Make(giveBack: false)).Failures);
        Assert.Equal(FailureKind.Leak, failure.Kind);
        Assert.Matches("block words \\(LeakTests.cs:[0-9]+\\) was not freed", failure.Message);
        Assert.Contains("lock 'm' was not destroyed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("note 'n' was not destroyed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("thread 't' was not joined", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Explore(() => Make(giveBack: true)).Failures);
    }

    [Fact]
    public void A_leak_of_some_schedules_is_found_and_replays()
    {
        ExplorationResult result = Explore(Leaky);
        Failure failure = Assert.Single(result.Failures);
        Assert.Equal(FailureKind.Leak, failure.Kind);
        Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(failure.Trace, Leaky).Outcome);

        static void Leaky()
        {
            int* word = S.Allocate<int>(1, "word");
            nint* kept = S.Allocate<nint>(1, "kept");
            Programs.Both(() => S.VolatileWrite(word, 1), () =>
            {
                if (S.VolatileRead(word) == 1)
                {
                    S.Write(kept, (nint)S.Allocate<int>(1, "extra"));
                }
            });
            S.Free(word);
            S.Free(kept);
        }
    }

    [Fact]
    public void Another_failure_is_not_hidden_by_what_it_left_and_leaks_may_be_left_out()
    {
        Failure failure = Assert.Single(Explore(() =>
        {
            _ = S.Allocate<int>(1, "word");
            throw new InvalidOperationException("first");
        }).Failures);
        Assert.Equal(FailureKind.Exception, failure.Kind);
        Programs.Passes(() => Make(giveBack: false));
    }

    private static ExplorationResult Explore(Action body)
        => new Exploration("program", body, new ExplorationOptions { MaxExecutions = 100 }).Run();

    private static void Make(bool giveBack)
    {
        int* words = S.Allocate<int>(4, "words");
        Mutex mutex = S.CreateMutex("m");
        Note note = S.CreateNote("n");
        SyncThread thread = S.StartThread("t", () => { });
        if (giveBack)
        {
            S.Join(thread);
            S.Destroy(note);
            S.Destroy(mutex);
            S.Free(words);
        }
    }
}
