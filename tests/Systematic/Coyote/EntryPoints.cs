using Microsoft.Coyote.SystematicTesting;

namespace Testbed.Systematic.Coyote;

/// <summary>What <c>coyote test -m NAME</c> finds: a method for each scenario, named after it.</summary>
public static class EntryPoints
{
    [TestInit]
    public static void Choose() => ChosenBody.Choose();

    [Test]
    public static void AllgGrowth() => ChosenBody.Run();

    [Test]
    public static void StopTheWorld() => ChosenBody.Run();

    [Test]
    public static void MarkrootSteal() => ChosenBody.Run();

    [Test]
    public static void HandoffGetfull() => ChosenBody.Run();

    [Test]
    public static void LockFreeList() => ChosenBody.Run();

    [Test]
    public static void WholeCycle() => ChosenBody.Run();

    [Test]
    public static void WorldFailure() => ChosenBody.Run();

    [Test]
    public static void FinalizerQueue() => ChosenBody.Run();

    [Test]
    public static void CacheFlush() => ChosenBody.Run();

    [Test]
    public static void HeapPacing() => ChosenBody.Run();

    [Test]
    public static void CrashWhileHoldingAllglock() => ChosenBody.Run();

    [Test]
    public static void SharedHeap() => ChosenBody.Run();

    [Test]
    public static void RunQueue() => ChosenBody.Run();

    [Test]
    public static void RetakeSyscallExit() => ChosenBody.Run();

    [Test]
    public static void ExtraM() => ChosenBody.Run();

    [Test]
    public static void ParkReadyStop() => ChosenBody.Run();

    [Test]
    public static void ForcedCollection() => ChosenBody.Run();

    [Test]
    public static void LateHelper() => ChosenBody.Run();

    [Test]
    public static void ChangeOfProcessors() => ChosenBody.Run();

    [Test]
    public static void ChannelClose() => ChosenBody.Run();

    [Test]
    public static void PoolClear() => ChosenBody.Run();

    [Test]
    public static void DeadlockCheck() => ChosenBody.Run();

    [Test]
    public static void GoroutineReuse() => ChosenBody.Run();

    [Test]
    public static void CasPair() => ChosenBody.Run();

    [Test]
    public static void LongRun() => ChosenBody.Run();

    [Test]
    public static void Canary() => ChosenBody.Run();

    [Test]
    public static void AllgGrowthSmall() => ChosenBody.Run();

    [Test]
    public static void StopTheWorldSmall() => ChosenBody.Run();

    [Test]
    public static void MarkrootStealSmall() => ChosenBody.Run();

    [Test]
    public static void MarkBitsSmall() => ChosenBody.Run();

    [Test]
    public static void HandoffGetfullSmall() => ChosenBody.Run();

    [Test]
    public static void LockFreeListSmall() => ChosenBody.Run();

    [Test]
    public static void RunQueueSmall() => ChosenBody.Run();

    [Test]
    public static void ProfileSmall() => ChosenBody.Run();

    [Test]
    public static void Sb() => ChosenBody.Run();

    [Test]
    public static void Append() => ChosenBody.Run();

    [Test]
    public static void TreiberAba() => ChosenBody.Run();

    [Test]
    public static void TreiberTagged() => ChosenBody.Run();

    [Test]
    public static void ChaseLev() => ChosenBody.Run();

    [Test]
    public static void ChaseLev2() => ChosenBody.Run();

    [Test]
    public static void StopIsFollowedByStart() => WorldProgress.Run();
}
