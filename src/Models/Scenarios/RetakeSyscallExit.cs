using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// One or two Ps, a monitor that takes a P back from each system call that it sees twice, a goroutine whose call lasts
/// until another has run, two that come back at once, and a collection or none.
/// </summary>
/// <remarks>
/// On one P nobody else runs before the monitor has taken it out of the first call: if it does not, or nobody is told, the
/// execution does not end. (Nor does a collection wake the monitor, if there is none.) Each goroutine allocates after its call, so two that believe to be on one P race for its cache.
/// </remarks>
internal sealed class RetakeSyscallExit : Scenario
{
    /// <inheritdoc/>
    public override string Name => "retake-syscall-exit";

    /// <inheritdoc/>
    public override string Summary
        => "the monitor takes Ps out of system calls while they end and the world is stopped: a P has one owner";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["p.Status", "sched.Stop*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new MutatorWatch<TSync>();
        bool collects = TSync.Choose(2) == 0;
        Note released = TSync.CreateNote("released");
        WorldOptions options = SmallWorld.Options(processors: 1 + (int)TSync.Choose(2), watch) with
        {
            MonitorNanoseconds = 1,
            TimeSliceNanoseconds = 1,
            ForcedCollectionNanoseconds = 0,
        };
        using (var world = new World<TSync>(options))
        {
            HeapPicture<TSync>.Offer(world);
            world.Run(g =>
            {
                g.Go(caller => Call(caller, watch, () => TSync.Sleep(released)));
                g.Go(caller => Call(caller, watch, static () => { }));
                g.Go(_ => TSync.Wake(released));
                Call(g, watch, static () => { });
                if (collects)
                {
                    g.Collect();
                    watch.Step();
                }
            });
        }

        TSync.Destroy(released);
    }

    private static void Call<TSync>(Goroutine<TSync> g, MutatorWatch<TSync> watch, Action call)
        where TSync : struct, ISync
    {
        watch.Step();
        g.SystemCall(call);
        watch.Step();
        g.AllocateBytes(sizeof(long));
    }
}
