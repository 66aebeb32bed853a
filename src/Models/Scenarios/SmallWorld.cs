using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>Worlds whose every capacity is so small that a handful of objects reaches each boundary.</summary>
internal static class SmallWorld
{
    /// <summary>Options of a small world.</summary>
    /// <param name="processors">How many Ps it has, and so how many workers collect at most.</param>
    /// <param name="observer">Who is told of collections.</param>
    internal static WorldOptions Options(int processors, CollectionObserver? observer = null) => new()
    {
        Processors = processors,
        MaxMachines = 2 * processors,
        MaxGcWorkers = processors,
        FirstTriggerBytes = long.MaxValue,
        ArenaBytes = 32 << 10,
        PageBytes = 512,
        HeapGrowBytes = 512,
        MaxSmallSize = 128,
        TypesPerByteTable = 2,
        WorkBufferLength = 2,
        WorkBuffersPerChunk = 1,
        HandoffThreshold = 1,
        PrefetchDepth = 2,
        FinalizersPerBlock = 2,
        FixedChunkBytes = 1,
        FirstGoroutineCapacity = 1,
        RunQueueLength = 2,
        FreeGoroutinesLength = 2,
        FairTurn = 3,
        StackSegmentWords = 8,
        DataWords = 2,
        BssWords = 2,
        StealTriesPerWorker = 1,
        RootJobsPerWorker = 1,
        MonitorNanoseconds = 0,
        ChannelLocks = 2,
        PoolLocalLength = 2,
        PoolSharedLength = 2,
        PauseHistoryLength = 2,
        Observer = observer,
    };

    /// <summary>The first goroutine of a world's first run; by itself, which has no handle of its own.</summary>
    internal static unsafe GoroutineHandle FirstGoroutine<TSync>(World<TSync> world)
        where TSync : struct, ISync
        => new(TSync.Read(world.Goroutines.Snapshot(out _)), 1, world.Scheduler);

    /// <summary>An M that has a P and runs a goroutine.</summary>
    internal static unsafe M* PrepareMachine<TSync>(World<TSync> world)
        where TSync : struct, ISync
    {
        G* g = TSync.Allocate<G>(1, "g");
        TSync.Write(&g->Stack, ShadowStack<TSync>.CreateSegment(null, words: 1));
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Running);
        world.Goroutines.Add(g);
        M* m = world.Scheduler.CreateMachine();
        TSync.Write(&m->Started, 1);
        TSync.Write(&m->Processor, world.Scheduler.TakeIdleProcessor());
        TSync.Write(&m->Current, g);
        return m;
    }
}
