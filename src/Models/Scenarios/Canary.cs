using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two threads count without a lock: an engine that never finds the lost update no longer interleaves.
/// </summary>
public sealed unsafe class Canary : Scenario
{
    /// <inheritdoc/>
    public override string Name => "canary";

    /// <inheritdoc/>
    public override string Summary =>
        "two threads add 1 to a counter without a lock; it should then be 2, and may be 1";

    /// <inheritdoc/>
    public override bool IsCanary => true;

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        int* counter = TSync.Allocate<int>(1, "counter");
        SyncThread first = TSync.StartThread("first", () => Count<TSync>(counter));
        SyncThread second = TSync.StartThread("second", () => Count<TSync>(counter));
        TSync.Join(first);
        TSync.Join(second);
        int count = TSync.Read(counter);
        TSync.Free(counter);
        OracleException.Require(count == 2, $"both threads have counted, but the counter is {count}, not 2");
    }

    /// <summary>The bug that every hunt must find: another thread's write between the two is lost.</summary>
    private static void Count<TSync>(int* counter)
        where TSync : struct, ISync
    {
        int count = TSync.RacyRead(counter);
        TSync.RacyWrite(counter, count + 1);
    }
}
