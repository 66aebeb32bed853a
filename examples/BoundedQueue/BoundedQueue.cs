using Testbed.Sync;

namespace Examples;

/// <summary>
/// A queue of numbers in an array, for any number of producers and consumers, without a lock: D. Vyukov's bounded
/// queue, which .NET's own <c>ConcurrentQueue</c> is made of. Each cell says in its sequence number whose turn it is.
/// </summary>
/// <typeparam name="TSync">The engine: <see cref="NativeSync"/> in production.</typeparam>
public sealed unsafe class BoundedQueue<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly long _capacity;
    private readonly Ends* _ends;
    private readonly Cell* _cells;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="capacity">How many numbers it holds at most; at least 2.</param>
    public BoundedQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        _capacity = capacity;
        _ends = TSync.Allocate<Ends>(1, "ends");
        _cells = TSync.Allocate<Cell>((nuint)capacity, "cells");
        for (int i = 0; i < capacity; i++)
        {
            TSync.VolatileWrite(&_cells[i].Turn, i);
        }
    }

    /// <summary>Adds a number at the end. Any thread.</summary>
    /// <returns>False if the queue is full.</returns>
    public bool TryEnqueue(int value)
    {
        long place = Claim(&_ends->Tail, ready: 0);
        if (place < 0)
        {
            return false;
        }

        Cell* cell = &_cells[place % _capacity];

        // Plain: whoever claimed the place owns the cell until it passes the turn on, which publishes the value.
        TSync.Write(&cell->Value, value);
        TSync.VolatileWrite(&cell->Turn, place + 1);
        return true;
    }

    /// <summary>Takes the number at the front. Any thread.</summary>
    /// <returns>False if the queue is empty, or its front is not complete yet.</returns>
    public bool TryDequeue(out int value)
    {
        long place = Claim(&_ends->Head, ready: 1);
        if (place < 0)
        {
            value = 0;
            return false;
        }

        Cell* cell = &_cells[place % _capacity];
        value = TSync.Read(&cell->Value);
        TSync.VolatileWrite(&cell->Turn, place + _capacity);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TSync.Free(_cells);
        TSync.Free(_ends);
    }

    /// <summary>Claims the next place at an end.</summary>
    /// <param name="end">The end.</param>
    /// <param name="ready">How far the turn of a cell is ahead of its place when it may be claimed.</param>
    /// <returns>The place; -1 if its cell is not ready.</returns>
    private long Claim(long* end, long ready)
    {
        long place = TSync.VolatileRead(end);
        while (true)
        {
            long turn = TSync.VolatileRead(&_cells[place % _capacity].Turn);
            if (turn < place + ready)
            {
                return -1;
            }

            if (turn == place + ready)
            {
                long found = TSync.CompareExchange(end, place + 1, place);
                if (found == place)
                {
                    return place;
                }

                place = found;
            }
            else
            {
                // Another thread has claimed it since.
                place = TSync.VolatileRead(end);
            }
        }
    }

    /// <summary>Places claimed so far at each end: changed by compare-and-swap only.</summary>
    private struct Ends
    {
        internal long Head;
        internal long Tail;
    }

    private struct Cell
    {
        /// <summary>Whose turn it is: the place itself for a producer, one more for a consumer.</summary>
        internal long Turn;

        /// <summary>The number that is held; of whoever has claimed the place.</summary>
        internal int Value;
    }
}
