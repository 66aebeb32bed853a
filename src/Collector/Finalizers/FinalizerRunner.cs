using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>What the goroutine does that runs finalizers. The seed's <c>runfinq</c>.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="queue">Where they come from.</param>
internal sealed class FinalizerRunner<TSync>(FinalizerQueue<TSync> queue)
    where TSync : struct, ISync
{
    /// <summary>
    /// Runs all that there are, one after the other, then collects, since what they kept may be free now; waits when
    /// there are none. Never returns.
    /// </summary>
    internal async GoroutineTask Run(Goroutine<TSync> g)
    {
        while (true)
        {
            nint block = TakeAll();
            if (block == 0)
            {
                await g.WaitForFinalizers();
                continue;
            }

            while (block != 0)
            {
                for (int i = 0; i < CountOf(block); i++)
                {
                    await Call(block, i, g);
                    Clear(block, i);
                }

                block = Give(block);
            }

            g.Collect();
        }
    }

    private static unsafe int CountOf(nint block) => TSync.Read(&((FinalizerBlock*)block)->Count);

    /// <summary>Calls a finalizer; the block keeps its object and its closure alive meanwhile.</summary>
    private static unsafe GoroutineTask Call(nint block, int index, Goroutine<TSync> g)
    {
        QueuedFinalizer* item = FinalizerBlock.ItemOf((FinalizerBlock*)block, index);
        var target = new Reference(TSync.Read(&item->Target));
        var closure = new Reference(TSync.Read(&item->Roots.Closure));
        return FinalizerTable<TSync>.Call(TSync.Read(&item->Function), g, target, closure);
    }

    /// <summary>Forgets a finalizer that has run, so that its block keeps nothing alive any more.</summary>
    private static unsafe void Clear(nint block, int index)
    {
        QueuedFinalizer* item = FinalizerBlock.ItemOf((FinalizerBlock*)block, index);
        TSync.Write(&item->Target, 0);
        TSync.Write(&item->Function, null);
        TSync.Write(&item->Roots.Closure, 0);
        TSync.Write(&item->Roots.Parameter, null);
        TSync.Write(&item->Roots.ObjectType, null);
    }

    private unsafe nint TakeAll() => (nint)queue.TakeAll();

    /// <summary>Gives a block back whose finalizers have run.</summary>
    /// <returns>The next that was taken with it, or 0.</returns>
    private unsafe nint Give(nint block)
    {
        FinalizerBlock* next = TSync.Read(&((FinalizerBlock*)block)->Next);
        queue.Give((FinalizerBlock*)block);
        return (nint)next;
    }
}
