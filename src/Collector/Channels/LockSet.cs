using System.Numerics;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Some of up to 64 locks. All threads enter them in the same order, by their place in the array, so no two wait for each
/// other. The seed's <c>sellock</c> and <c>selunlock</c>.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal readonly struct LockSet<TSync>
    where TSync : struct, ISync
{
    private readonly Mutex[] _locks;
    private readonly ulong _members;

    /// <summary>Some locks of an array.</summary>
    /// <param name="locks">All locks.</param>
    /// <param name="members">A bit for each that is in the set, the first lowest.</param>
    internal LockSet(Mutex[] locks, ulong members)
    {
        _locks = locks;
        _members = members;
    }

    /// <summary>Takes all locks of the set, of which the thread holds none.</summary>
    internal void Enter()
    {
        for (ulong left = _members; left != 0; left &= left - 1)
        {
            TSync.Enter(_locks[BitOperations.TrailingZeroCount(left)]);
        }
    }

    /// <summary>Gives all locks of the set back.</summary>
    internal void Exit()
    {
        for (ulong left = _members; left != 0; left &= left - 1)
        {
            TSync.Exit(_locks[BitOperations.TrailingZeroCount(left)]);
        }
    }
}
