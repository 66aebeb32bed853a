using System.Threading.Tasks;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>How the threads of a failed execution are unwound, and that the next one starts from nothing.</summary>
public sealed class AbortTests
{
    [Fact]
    public unsafe void Operations_while_unwinding_are_harmless()
    {
        int unwound = 0;
        Failure failure = Programs.Fails(FailureKind.Oracle, () =>
        {
            int* word = S.Allocate<int>(1, "word");
            Mutex mutex = S.CreateMutex("m");
            Note note = S.CreateNote("n");
            SyncThread waiter = S.StartThread("waiter", () =>
            {
                S.Enter(mutex);
                try
                {
                    S.Sleep(note);
                }
                finally
                {
                    S.Exit(mutex);
                    S.Wake(note);
                    S.Wake(note);
                    S.Clear(note);
                    S.Write(word, S.Read(word) + 1);
                    S.Zero(word, sizeof(int));
                    S.Free(word);
                    S.Free(word);
                    S.Destroy(mutex);
                    S.Destroy(note);
                    S.ReportFailure(new InvalidOperationException("a consequence"));
                    unwound++;
                }
            });
            _ = S.VolatileRead(word);
            try
            {
                throw new OracleException("the cause");
            }
            finally
            {
                S.Join(waiter);
            }
        }, new ExplorationOptions { Strategy = "pos", MaxExecutions = 500 });
        Assert.Equal("the cause", failure.Message);
        Assert.True(unwound > 0, "no thread was unwound");
    }

    [Fact]
    public unsafe void Who_swallows_the_end_meets_it_again()
    {
        int swallowed = 0;
        Programs.Fails(FailureKind.Oracle, () =>
        {
            int* word = S.Allocate<int>(1, "word");
            SyncThread stubborn = S.StartThread("stubborn", () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    try
                    {
                        S.Add(word, 1);
                        S.Add(word, 1);
                    }
                    catch (Exception exception) when (exception is not OracleException)
                    {
                        swallowed++;
                    }
                }
            });
            OracleException.Require(S.VolatileRead(word) != 3, "three");
            S.Join(stubborn);
        }, new ExplorationOptions { Strategy = "random", MaxExecutions = 2000 });
        Assert.True(swallowed > 0);
    }

    [Fact]
    public void Async_methods_store_the_end_and_meet_it_again()
    {
        static async Task Twice(Action add)
        {
            await Task.CompletedTask;
            add();
            add();
        }

        static unsafe void Program()
        {
            int* word = S.Allocate<int>(1, "word");
            SyncThread thread = S.StartThread("async", () =>
            {
                _ = Twice(() => S.Add(word, 1));
                _ = Twice(() => S.Add(word, 1));
            });
            OracleException.Require(S.VolatileRead(word) != 1, "one");
            S.Join(thread);
        }

        Programs.Fails(
            FailureKind.Oracle, Program, new ExplorationOptions { Strategy = "random", MaxExecutions = 2000 });
    }

    [Fact]
    public void Failures_do_not_end_an_exploration_that_wants_more()
    {
        ExplorationResult result = Programs.Explore(
            Programs.LostUpdate, new ExplorationOptions { MaxExecutions = 200, MaxFailures = 5 });
        Assert.Equal(5, result.Failures.Count);
        Assert.Equal(result.Failures[4].Execution + 1, result.Executions);
        Assert.Equal(result.Failures.OrderBy(failure => failure.Execution), result.Failures);
    }

    [Fact]
    public void Nested_threads_are_unwound_from_the_top()
        => Programs.Fails(FailureKind.Deadlock, () =>
        {
            Note note = S.CreateNote("n");
            S.Join(S.StartThread("outer", () => S.Join(S.StartThread("inner", () => S.Sleep(note)))));
        });
}
