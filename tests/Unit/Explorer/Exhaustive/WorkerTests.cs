using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Exhaustive;

/// <summary>Several workers share one search.</summary>
public sealed class WorkerTests
{
    private const int Rounds = 50;

    [Fact]
    public void Workers_that_find_no_work_end_and_lose_none()
    {
        var options = new ExplorationOptions { Strategy = Strategies.Exhaustive, Workers = 3, ExecutionsAlone = 0 };
        for (int round = 0; round < Rounds; round++)
        {
            ExplorationResult result = Programs.Passes(ThreeLocked, options);
            Assert.True(result.Complete);
            Assert.Equal(6, result.Executions);
        }
    }

    private static void ThreeLocked()
    {
        Mutex mutex = S.CreateMutex("m");
        SyncThread third = S.StartThread("c", () => Locked(mutex));
        Programs.Both(() => Locked(mutex), () => Locked(mutex));
        S.Join(third);
        S.Destroy(mutex);
    }

    private static void Locked(Mutex mutex)
    {
        S.Enter(mutex);
        S.Exit(mutex);
    }
}
