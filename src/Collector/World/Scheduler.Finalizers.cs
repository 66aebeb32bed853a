namespace Testbed.Collector;

/// <content>The goroutine that runs finalizers. The seed's <c>fing</c>.</content>
/// <remarks>While it waits it is no live goroutine: a run ends without it, and a deadlock is one without it.</remarks>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>Starts the goroutine that runs finalizers, or wakes it; by a goroutine's M, after a collection that queued some.</summary>
    internal void WakeFinalizerRunner(M* m)
    {
        FinalizerQueue<TSync> queue = _world.Heap.FinalizerQueue;
        if (queue.TakeRunner(out G* waiting))
        {
            Start(m, new FinalizerRunner<TSync>(queue).Run);
        }
        else if (waiting != null)
        {
            Ready(m, waiting, OneLive + OneActive);
        }
    }

    /// <summary>Lets the goroutine that runs finalizers wait for some; it has just left its M.</summary>
    private void ParkFinalizerRunner(G* g)
    {
        _world.Heap.FinalizerQueue.Wait(g);
        MakeWaiting(g, WaitReason.Finalizers, OneLive + OneActive);
    }
}
