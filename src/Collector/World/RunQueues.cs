using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The runnable goroutines of each P: a ring that its owner puts into, and that owner and thieves take from. The seed's
/// <c>runq</c>, <c>runqput</c>, <c>runqget</c>, <c>runqgrab</c> and <c>runqsteal</c>.
/// </summary>
/// <remarks>
/// <para>
/// Head and tail are the halves of one word, <see cref="P.RunQueue"/>, and whoever changes the queue swaps it: a swap
/// that succeeds proves that neither has moved since it was read. (The seed has two words, and a thief that reads them
/// apart must see whether they fit together.) They count on and wrap around together.
/// </para>
/// <para>
/// Only the owner writes slots, and only those outside head and tail. A thief may read one that is being written anew;
/// then its head has moved and its swap fails.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="length">How many goroutines a queue holds: a power of two, at least 2.</param>
internal sealed unsafe class RunQueues<TSync>(int length)
    where TSync : struct, ISync
{
    private const int TailShift = 32;

    /// <summary>How many goroutines a queue holds.</summary>
    internal int Length => length;

    /// <summary>Makes the queue of a P that nobody else knows yet.</summary>
    internal void Create(P* p) => TSync.Write(&p->RunSlots, TSync.Allocate<nint>((nuint)length, "runq"));

    /// <summary>Frees the queue of a P that nobody uses any more.</summary>
    internal static void Free(P* p) => TSync.Free(TSync.Read(&p->RunSlots));

    /// <summary>Whether the queue was empty at some moment of the call; any thread.</summary>
    internal static bool IsEmpty(P* p)
    {
        ulong queue = TSync.VolatileRead(&p->RunQueue);
        return HeadOf(queue) == TailOf(queue);
    }

    /// <summary>The same while the world is stopped, when nobody else uses the queue.</summary>
    internal static bool IsEmptyAtRest(P* p)
    {
        ulong queue = TSync.Read(&p->RunQueue);
        return HeadOf(queue) == TailOf(queue);
    }

    /// <summary>Appends a goroutine unless the queue is full; by the owner of the P. A full fence if it does.</summary>
    internal bool TryPut(P* p, G* g)
    {
        while (true)
        {
            ulong queue = TSync.VolatileRead(&p->RunQueue);
            uint tail = TailOf(queue);
            if (tail - HeadOf(queue) == (uint)length)
            {
                return false;
            }

            // The slot is free. A thief that read the word before it was may read this slot still: see above.
            TSync.RacyWrite(SlotOf(p, tail), g);
            if (TrySwap(p, queue, HeadOf(queue), tail + 1))
            {
                return true;
            }
        }
    }

    /// <summary>The oldest goroutine off the queue, or null; by the owner of the P.</summary>
    internal G* TryTake(P* p)
    {
        while (true)
        {
            ulong queue = TSync.VolatileRead(&p->RunQueue);
            uint head = HeadOf(queue);
            if (head == TailOf(queue))
            {
                return null;
            }

            G* g = TSync.Read(SlotOf(p, head));
            if (TrySwap(p, queue, head + 1, TailOf(queue)))
            {
                return g;
            }
        }
    }

    /// <summary>
    /// Half of a full queue off it, the oldest first and linked by <see cref="G.ScheduleLink"/>; null if a thief came
    /// first, so that there is room. By the owner of the P. The seed's <c>runqputslow</c>.
    /// </summary>
    internal G* TryTakeHalf(P* p)
    {
        ulong queue = TSync.VolatileRead(&p->RunQueue);
        uint head = HeadOf(queue);
        uint count = (uint)length / 2;
        if (TailOf(queue) - head != (uint)length || !TrySwap(p, queue, head + count, TailOf(queue)))
        {
            return null;
        }

        // Nobody but the owner writes slots, so these still hold what was taken.
        G* first = null;
        for (uint i = count; i-- > 0;)
        {
            G* g = TSync.Read(SlotOf(p, head + i));
            TSync.Write(&g->ScheduleLink, first);
            first = g;
        }

        return first;
    }

    /// <summary>
    /// Takes half of another P's goroutines, the oldest, and of one that one; by the owner of a P whose queue is empty.
    /// </summary>
    /// <returns>One of them, while the others are on the thief's queue; null if there is none.</returns>
    internal G* TrySteal(P* thief, P* victim)
    {
        // Plain: its owner has seen it empty, and nobody else changes an empty queue.
        uint tail = TailOf(TSync.Read(&thief->RunQueue));
        while (true)
        {
            ulong queue = TSync.VolatileRead(&victim->RunQueue);
            uint head = HeadOf(queue);
            uint available = TailOf(queue) - head;
            if (available == 0)
            {
                return null;
            }

            // A slot may be another goroutine's by the time that it is read: then the swap fails.
            uint count = available - (available / 2);
            for (uint i = 0; i < count; i++)
            {
                TSync.RacyWrite(SlotOf(thief, tail + i), TSync.RacyRead(SlotOf(victim, head + i)));
            }

            if (TrySwap(victim, queue, head + count, TailOf(queue)))
            {
                if (count > 1)
                {
                    // Nobody takes from an empty queue, so this word is the thief's own.
                    TSync.VolatileWrite(&thief->RunQueue, Pack(tail, tail + count - 1));
                }

                return TSync.Read(SlotOf(thief, tail + count - 1));
            }
        }
    }

    /// <summary>The youngest goroutine off the queue, or null; while the world is stopped, when nobody else uses it.</summary>
    internal G* TakeLastAtRest(P* p)
    {
        ulong queue = TSync.Read(&p->RunQueue);
        if (HeadOf(queue) == TailOf(queue))
        {
            return null;
        }

        uint last = TailOf(queue) - 1;
        TSync.Write(&p->RunQueue, Pack(HeadOf(queue), last));
        return TSync.Read(SlotOf(p, last));
    }

    private static uint HeadOf(ulong queue) => (uint)queue;

    private static uint TailOf(ulong queue) => (uint)(queue >> TailShift);

    private static ulong Pack(uint head, uint tail) => head | ((ulong)tail << TailShift);

    private static bool TrySwap(P* p, ulong queue, uint head, uint tail)
        => TSync.CompareExchange(&p->RunQueue, Pack(head, tail), queue) == queue;

    private G** SlotOf(P* p, uint index) => (G**)(TSync.Read(&p->RunSlots) + (index & (uint)(length - 1)));
}
