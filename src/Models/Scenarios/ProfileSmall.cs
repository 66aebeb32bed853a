using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of a profile: two Ms stop the world and look at all goroutines, so that one may find the other waiting for the
/// right to. Each ends in a system call, so that nobody waits for its P.
/// </summary>
/// <remarks>
/// Who is found waiting says for what, and only who is blocked has a time since when. What it says it writes before its
/// status or after; the stop orders both before the look.
/// </remarks>
internal sealed unsafe class ProfileSmall : Scenario
{
    private const long SomeTime = 1;

    /// <inheritdoc/>
    public override string Name => "profile-small";

    /// <inheritdoc/>
    public override string Summary => "two Ms stop the world and look at each other: who waits says for what";

    /// <inheritdoc/>
    public override string Bounds
        => "2 threads on 2 Ps: each stops the world twice, lists all goroutines, and marks those that wait with a time";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var world = new World<TSync>(SmallWorld.Options(processors: 2));
        M* first = SmallWorld.PrepareMachine(world);
        M* second = SmallWorld.PrepareMachine(world);
        SyncThread other = TSync.StartThread("other", () => Profile(world, second));
        Profile(world, first);
        TSync.Join(other);
    }

    private static void Profile<TSync>(World<TSync> world, M* m)
        where TSync : struct, ISync
    {
        for (int i = 0; i < 2; i++)
        {
            Check(world.Scheduler.WhileStopped(m, () => List(world)));
        }

        world.Scheduler.EnterSystemCall(m);
    }

    /// <summary>Lists all goroutines, and does as a collection does to those that wait.</summary>
    private static List<GoroutineInfo> List<TSync>(World<TSync> world)
        where TSync : struct, ISync
    {
        List<GoroutineInfo> list = world.Scheduler.ListStopped();
        for (long i = 0; i < world.Goroutines.Count; i++)
        {
            G* g = world.Goroutines[i];
            if (TSync.VolatileRead(&g->Status) == GoroutineStatus.Waiting)
            {
                TSync.Write(&g->WaitSince, SomeTime);
            }
        }

        return list;
    }

    private static void Check(List<GoroutineInfo> list)
    {
        foreach (GoroutineInfo info in list)
        {
            bool waits = info.Status == "waiting";
            OracleException.Require(
                waits == (info.WaitReason.Length > 0), $"a goroutine is {info.Status}, and waits for '{info.WaitReason}'");
            OracleException.Require(
                waits || info.BlockedSince == 0, $"a goroutine is {info.Status}, and blocked since {info.BlockedSince}");
        }
    }
}
