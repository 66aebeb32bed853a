using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of <see cref="StopTheWorld"/>: the handshake alone. Two Ms stop and start the world, one of which polls a
/// safepoint before, against one that goes through system calls; each ends in one, so that nobody waits for its P.
/// </summary>
internal sealed unsafe class StopTheWorldSmall : Scenario
{
    /// <inheritdoc/>
    public override string Name => "stop-the-world-small";

    /// <inheritdoc/>
    public override string Summary => "two Ms stop the world while one goes through system calls and a P is idle";

    /// <inheritdoc/>
    public override string Bounds
        => "3 threads on 4 Ps, one P idle: two stop the world once each, one makes a system call, one polls a safepoint";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new MutatorWatch<TSync>();
        using var world = new World<TSync>(SmallWorld.Options(processors: 4));
        M* stopper = SmallWorld.PrepareMachine(world);
        M* caller = SmallWorld.PrepareMachine(world);
        M* poller = SmallWorld.PrepareMachine(world);
        SyncThread first = TSync.StartThread("caller", () => Call(world, caller, watch));
        SyncThread second = TSync.StartThread("poller", () => PollAndStop(world, poller, watch));
        Stop(world, stopper, watch);
        world.Scheduler.EnterSystemCall(stopper);
        TSync.Join(first);
        TSync.Join(second);
    }

    private static void Stop<TSync>(World<TSync> world, M* m, MutatorWatch<TSync> watch)
        where TSync : struct, ISync
    {
        world.Scheduler.AcquireWorld(m);
        world.Scheduler.StopTheWorld(m);
        watch.WorldStopped();
        watch.EndWatch();
        world.Scheduler.StartTheWorld(m, wantsHelper: false);
        world.Scheduler.ReleaseWorld();
    }

    private static void Call<TSync>(World<TSync> world, M* m, MutatorWatch<TSync> watch)
        where TSync : struct, ISync
    {
        watch.Step();
        world.Scheduler.EnterSystemCall(m);
        world.Scheduler.ExitSystemCall(m);
        watch.Step();
        world.Scheduler.EnterSystemCall(m);
    }

    private static void PollAndStop<TSync>(World<TSync> world, M* m, MutatorWatch<TSync> watch)
        where TSync : struct, ISync
    {
        Poll(world, m, watch);
        Stop(world, m, watch);
        world.Scheduler.EnterSystemCall(m);
    }

    private static void Poll<TSync>(World<TSync> world, M* m, MutatorWatch<TSync> watch)
        where TSync : struct, ISync
    {
        watch.Step();
        StopReason request = world.Scheduler.StopRequest;
        if (request != StopReason.None)
        {
            world.Scheduler.StopAtSafepoint(m, request);
        }

        watch.Step();
    }
}
