using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Goroutines that wait at a channel, the one that came first in front; under its lock. The seed's <c>WaitQ</c>.</summary>
internal unsafe struct WaitQueue
{
    /// <summary>The oldest, or null.</summary>
    internal Waiter* First;

    /// <summary>The youngest, or null.</summary>
    internal Waiter* Last;
}

/// <summary>What can be done with a <see cref="WaitQueue"/>; under the lock of its channel.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class WaitQueue<TSync>
    where TSync : struct, ISync
{
    /// <summary>Appends a waiter that stands in no queue. The seed's <c>enqueue</c>.</summary>
    internal static void Append(WaitQueue* queue, Waiter* waiter)
    {
        Waiter* last = TSync.Read(&queue->Last);
        TSync.Write(&waiter->Queue, queue);
        TSync.Write(&waiter->Previous, last);
        TSync.Write(&waiter->Next, null);
        TSync.Write(last == null ? &queue->First : &last->Next, waiter);
        TSync.Write(&queue->Last, waiter);
    }

    /// <summary>Takes a waiter off its queue, wherever it stands. The seed's <c>dequeueg</c>.</summary>
    internal static void Remove(Waiter* waiter)
    {
        WaitQueue* queue = TSync.Read(&waiter->Queue);
        Waiter* previous = TSync.Read(&waiter->Previous);
        Waiter* next = TSync.Read(&waiter->Next);
        TSync.Write(previous == null ? &queue->First : &previous->Next, next);
        TSync.Write(next == null ? &queue->Last : &next->Previous, previous);
        TSync.Write(&waiter->Queue, null);
    }

    /// <summary>
    /// Whether somebody waits whose select has not ended by another channel yet; takes off those in front whose has.
    /// </summary>
    internal static bool HasWaiter(WaitQueue* queue)
    {
        Waiter* waiter;
        while ((waiter = TSync.Read(&queue->First)) != null)
        {
            if (TSync.VolatileRead(&TSync.Read(&waiter->Leader)->Fired) == 0)
            {
                return true;
            }

            Remove(waiter);
        }

        return false;
    }

    /// <summary>
    /// Takes the oldest off whose select has not ended by another channel: the caller ends it, and makes its goroutine
    /// runnable. The seed's <c>dequeue</c>.
    /// </summary>
    /// <returns>The waiter, or null if there is none.</returns>
    internal static Waiter* TryTake(WaitQueue* queue)
    {
        Waiter* waiter;
        while ((waiter = TSync.Read(&queue->First)) != null)
        {
            Remove(waiter);
            Waiter* leader = TSync.Read(&waiter->Leader);
            if (TSync.CompareExchange(&leader->Fired, TSync.Read(&waiter->Case) + 1, 0) == 0)
            {
                return waiter;
            }
        }

        return null;
    }
}
