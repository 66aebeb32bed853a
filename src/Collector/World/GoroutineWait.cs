using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>How a goroutine begins to wait and ends it, by whoever owns it then: see <see cref="G.Status"/>.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class GoroutineWait<TSync>
    where TSync : struct, ISync
{
    /// <summary>Lets a goroutine wait for something other than a P.</summary>
    internal static void Begin(G* g, WaitReason reason)
    {
        TSync.Write(&g->WaitReason, reason);
        TSync.VolatileWrite(&g->Status, GoroutineStatus.Waiting);
    }

    /// <summary>Lets a goroutine go on that waited, or that was blocked in a system call.</summary>
    internal static void End(G* g, GoroutineStatus status)
    {
        TSync.Write(&g->WaitReason, WaitReason.None);
        TSync.Write(&g->WaitSince, 0);
        TSync.VolatileWrite(&g->Status, status);
    }
}
