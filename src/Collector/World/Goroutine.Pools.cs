namespace Testbed.Collector;

/// <content>Pools of objects to be used again. The seed's <c>sync.Pool</c>.</content>
public sealed unsafe partial class Goroutine<TSync>
{
    /// <summary>
    /// Gives an object to a pool, from which another goroutine may take it. The pool does not keep it alive: the next
    /// collection empties the pool. No safepoint. The seed's <c>Pool.Put</c>.
    /// </summary>
    /// <param name="pool">The pool; if it is full it forgets the object at once.</param>
    /// <param name="value">The object, which the caller uses no more, nor puts there twice; null is ignored.</param>
    /// <exception cref="ArgumentException">
    /// The pool was not registered with this world; the reference leads to no object of this world.
    /// </exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public void Put(PoolId pool, Reference value)
    {
        RequirePool(pool);
        if (!value.IsNull)
        {
            FindObject(value, nameof(value), out _);
            _world.Pools.Put(TSync.Read(&_machine->Processor), pool.Pool, value.Address);
        }
    }

    /// <summary>Takes an object out of a pool. No safepoint. The seed's <c>Pool.Get</c>.</summary>
    /// <param name="pool">The pool.</param>
    /// <returns>
    /// An object as it was put there, which nothing roots yet; null if the pool has none at hand, and the caller makes one.
    /// </returns>
    /// <exception cref="ArgumentException">The pool was not registered with this world.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public Reference Take(PoolId pool)
    {
        RequirePool(pool);
        return new Reference(_world.Pools.Take(TSync.Read(&_machine->Processor), pool.Pool));
    }

    private void RequirePool(PoolId pool)
    {
        RequireOutsideSystemCall();
        if (pool.Owner != _world.Pools)
        {
            throw new ArgumentException("the pool was not registered with this world", nameof(pool));
        }
    }
}
