using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>Explores small programs and says what came of it.</summary>
internal static unsafe class Programs
{
    private static readonly ExplorationOptions s_options = new() { MaxExecutions = 300 };

    /// <summary>Explores a program, which need not give back what it makes.</summary>
    public static ExplorationResult Explore(Action body, ExplorationOptions? options = null)
        => new Exploration("program", body, (options ?? s_options) with { ReportLeaks = false }).Run();

    /// <summary>The failure that a program must show.</summary>
    public static Failure Fails(FailureKind kind, Action body, ExplorationOptions? options = null)
    {
        ExplorationResult result = Explore(body, options);
        Assert.True(result.Failures.Count > 0, $"nothing failed in {result.Executions} executions");
        Failure first = result.Failures[0];
        Assert.True(first.Kind == kind, $"expected {kind}, but found {first.Kind}: {first.Message}");
        return first;
    }

    /// <summary>Demands that a program does not fail.</summary>
    public static ExplorationResult Passes(Action body, ExplorationOptions? options = null)
    {
        ExplorationResult result = Explore(body, options);
        result.ThrowIfFailed();
        Assert.True(result.Executions > 0);
        return result;
    }

    /// <summary>Runs two threads and waits for both.</summary>
    public static void Both(Action first, Action second)
    {
        SyncThread one = S.StartThread("a", first);
        SyncThread other = S.StartThread("b", second);
        S.Join(one);
        S.Join(other);
    }

    /// <summary>Two threads count without a lock.</summary>
    public static void LostUpdate()
    {
        int* counter = S.Allocate<int>(1, "counter");
        Both(() => Count(counter), () => Count(counter));
        int count = S.VolatileRead(counter);
        S.Free(counter);
        OracleException.Require(count == 2, $"the counter is {count}");
    }

    /// <summary>Two threads add atomically.</summary>
    public static void NoLostUpdate()
    {
        int* counter = S.Allocate<int>(1, "counter");
        Both(() => S.Add(counter, 1), () => S.Add(counter, 1));
        int count = S.VolatileRead(counter);
        S.Free(counter);
        OracleException.Require(count == 2, $"the counter is {count}");
    }

    private static void Count(int* counter)
    {
        int count = S.RacyRead(counter);
        S.RacyWrite(counter, count + 1);
    }

    /// <summary>
    /// The first deadlock of a program. Other executions of it may be told by the order of the locks that they take.
    /// </summary>
    public static Failure Deadlocks(Action body, ExplorationOptions? options = null)
        => Explore(body, (options ?? s_options) with { MaxFailures = int.MaxValue })
            .Failures.First(failure => failure.Kind == FailureKind.Deadlock);
}
