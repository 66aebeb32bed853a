using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// All goroutines that ever were, in an array that grows and never shrinks. The seed's <c>allg</c>, <c>allglen</c>,
/// <c>allgcap</c> and <c>allglock</c>.
/// </summary>
/// <remarks>
/// Invariant: element i below the count never changes and is a goroutine whose first status was <c>Dead</c>. Adding is
/// under the lock. Reading needs none: the array is published before the count, a reader takes the count first, and
/// an array that was outgrown lives as long as the world. (The seed locked readers and freed outgrown arrays, which
/// hung its crash path: golang/go#42669.)
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class AllGoroutines<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int BlockWords = 2;

    private readonly int _firstCapacity;
    private readonly GrowthObserver? _observer;
    private readonly Action<Exception>? _die;
    private readonly Mutex _lock;
    private readonly State* _state;

    /// <param name="firstCapacity">How many goroutines the first array has room for.</param>
    /// <param name="observer">Asked before the array grows.</param>
    /// <param name="die">Dumps and fails the world; called under the lock, if the array cannot grow.</param>
    internal AllGoroutines(int firstCapacity, GrowthObserver? observer = null, Action<Exception>? die = null)
    {
        _firstCapacity = firstCapacity;
        _observer = observer;
        _die = die;
        _lock = TSync.CreateMutex("allglock");
        _state = TSync.Allocate<State>(1, "allg");
    }

    /// <summary>How many there are; at any time, from any thread.</summary>
    internal long Count
    {
        get
        {
            Snapshot(out long count);
            return count;
        }
    }

    /// <summary>
    /// Goroutine <paramref name="index"/>; at any time, from any thread that has seen a <see cref="Count"/> above it.
    /// </summary>
    internal G* this[long index] => TSync.Read(Snapshot(out _) + index);

    /// <summary>The first goroutines, as many as there are now; at any time, from any thread. Valid as long as the world.</summary>
    internal G** Snapshot(out long count)
    {
        // The count first: an array that is read later has at least as many.
        count = TSync.VolatileRead(&_state->Count);
        return count == 0 ? null : ItemsOf(TSync.VolatileRead(&_state->Array));
    }

    /// <summary>Adds a goroutine whose status is dead, complete but for its body. The seed's <c>allgadd</c>.</summary>
    /// <exception cref="OutOfMemoryException">The array cannot grow; the world has failed.</exception>
    internal void Add(G* g)
    {
        TSync.Enter(_lock);
        long count = TSync.Read(&_state->Count);
        Block* array = TSync.Read(&_state->Array);
        if (array == null || count == TSync.Read(&array->Capacity))
        {
            try
            {
                array = Grow(array, count);
            }
            catch (Exception exception)
            {
                _die?.Invoke(exception);
                TSync.Exit(_lock);
                throw;
            }
        }

        TSync.Write(ItemsOf(array) + count, g);

        // The count publishes the element, and the array that was written before it.
        TSync.VolatileWrite(&_state->Count, count + 1);
        TSync.Exit(_lock);
    }

    /// <summary>Frees all arrays. Nobody reads any more; the goroutines themselves are the caller's.</summary>
    public void Dispose()
    {
        Block* array = TSync.Read(&_state->Array);
        while (array != null)
        {
            Block* outgrown = TSync.Read(&array->Outgrown);
            TSync.Free(array);
            array = outgrown;
        }

        TSync.Free(_state);
        TSync.Destroy(_lock);
    }

    /// <summary>Publishes an array of twice the capacity with the same elements; under the lock.</summary>
    private Block* Grow(Block* old, long count)
    {
        long capacity = old == null ? _firstCapacity : 2 * count;
        _observer?.GoroutinesGrow(capacity);
        var array = (Block*)TSync.Allocate<nint>((nuint)(BlockWords + capacity), "allgarray");
        if (old != null)
        {
            TSync.Copy(ItemsOf(old), ItemsOf(array), (nuint)count * (nuint)sizeof(G*));
        }

        TSync.Write(&array->Capacity, capacity);
        TSync.Write(&array->Outgrown, old);
        TSync.VolatileWrite(&_state->Array, array);
        return array;
    }

    private static G** ItemsOf(Block* array) => (G**)((nint*)array + BlockWords);

    /// <summary>The words that everybody shares.</summary>
    private struct State
    {
        /// <summary>Written under the lock, before <see cref="Count"/>; read at any time after it. Volatile.</summary>
        internal Block* Array;

        /// <summary>Written under the lock; read at any time. Volatile: it publishes the elements below it.</summary>
        internal long Count;
    }

    /// <summary>The head of an array, before its elements; constant once published.</summary>
    private struct Block
    {
        /// <summary>How many elements there is room for.</summary>
        internal long Capacity;

        /// <summary>The array that this one replaced, kept for readers that still hold it.</summary>
        internal Block* Outgrown;
    }
}
