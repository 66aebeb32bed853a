using Testbed.Models.Litmus;
using Testbed.Models.Scenarios;
using Testbed.Sync;

namespace Testbed.Models;

/// <summary>All scenarios, in the order in which they are listed and hunted.</summary>
public static class Catalogue
{
    /// <summary>All scenarios.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new AllgGrowth(),
        new StopTheWorld(),
        new MarkrootSteal(),
        new HandoffGetfull("handoff-getfull", bounds: null, given: 1, pieces: 13, bufferLength: 3),
        new LockFreeListScenario("lock-free-list", bounds: null, nodes: 3, togetherBySecond: 2),
        new WholeCycle(),
        new WorldFailure(),
        new FinalizerQueueScenario(),
        new CacheFlush(),
        new HeapPacing(),
        new CrashWhileHoldingAllglock(),
        new SharedHeap(),
        new RunQueue(),
        new RetakeSyscallExit(),
        new ExtraMachines(),
        new ParkReadyStop(),
        new ForcedCollection(),
        new LateHelper(),
        new ChangeOfProcessors(),
        new ChannelClose(),
        new PoolClear(),
        new DeadlockCheck(),
        new GoroutineReuse(),
        new CasPair(),
        new LongRun(),
        new Canary(),
        new AllgGrowthSmall(),
        new StopTheWorldSmall(),
        new MarkrootStealSmall(),
        new MarkBitsSmall(),
        new HandoffGetfull(
            "handoff-getfull-small",
            "3 workers; one has 2 pieces of work from the start, in a buffer that holds them",
            given: 2,
            pieces: 2,
            bufferLength: 2),
        new LockFreeListScenario(
            "lock-free-list-small",
            "3 threads that each pop a node and push it, 2 nodes",
            nodes: 2,
            togetherBySecond: 1),
        new RunQueueSmall(),
        new ProfileSmall(),
        new StoreBuffering(),
        new LockedAppend(),
        new TreiberStack(
            "treiber-aba", "a lock-free stack without a tag: a node is owned twice (a known bug)", tagged: false),
        new TreiberStack("treiber-tagged", "a lock-free stack whose head has a tag; no node is owned twice", tagged: true),
        new ChaseLev("chase-lev", thieves: 1),
        new ChaseLev("chase-lev-2", thieves: 2),
    ];

    /// <summary>The scenario of that name, or null.</summary>
    /// <param name="name">The name, in lower case.</param>
    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);

    /// <summary>
    /// The body of a scenario on an engine. Bug hunts call this by reflection on a build of their own, so its shape is
    /// part of the contract with <c>Testbed.Bugs</c>.
    /// </summary>
    /// <typeparam name="TSync">The engine.</typeparam>
    /// <param name="name">The scenario's name.</param>
    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static Action Body<TSync>(string name)
        where TSync : struct, ISync
    {
        Scenario scenario = Find(name) ?? throw new ArgumentException($"there is no scenario '{name}'", nameof(name));
        return scenario.Run<TSync>;
    }
}
