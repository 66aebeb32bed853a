using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Counts the workers that have run out of work, and so finds the end of marking. The seed's <c>work.nwait</c> and
/// <c>work.nproc</c>.
/// </summary>
/// <remarks>
/// <para>
/// A worker calls <see cref="CountIdle"/> only when it holds no work and, after the last piece that it shared, has
/// seen that there is none to take; and <see cref="CountBusy"/> before it takes any. So only a worker that is not
/// counted shares work. Take the last piece ever shared: whoever shared it saw afterwards that there was none, and
/// from then on there is none for good. It was counted after that, so when <see cref="Ended"/> is true all work has
/// been done and no more will come.
/// </para>
/// <para>
/// A worker that saw a piece which another then took counts itself busy and idle again: the count may dip after the
/// end, and whoever looks meanwhile looks again. It is not reset before the next collection, so the end stays visible
/// to everybody, one after the other, and nobody waits for them.
/// </para>
/// <para>
/// It takes every worker to come here, all work to be on the one list that the worker looks at, and nobody else to
/// add to it.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class MarkTermination<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly State* _state = TSync.Allocate<State>(1, "work.termination");

    /// <summary>Whether all workers have run out of work; by a worker that counts as idle.</summary>
    internal bool Ended => TSync.VolatileRead(&_state->Idle) == TSync.Read(&_state->Workers);

    /// <summary>Whether a worker has failed, so that marking does not end; any worker.</summary>
    internal bool Failed => TSync.VolatileRead(&_state->Failed) != 0;

    /// <summary>
    /// Whether somebody was out of work a moment ago. Racy: a hint to share work; missing it once costs a little time.
    /// </summary>
    internal bool SomebodyIdle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSync.RacyRead(&_state->Idle) != 0;
    }

    /// <summary>Starts anew; while the world is stopped, before the workers start.</summary>
    /// <param name="workers">How many workers will come.</param>
    internal void Setup(int workers)
    {
        TSync.Write(&_state->Workers, workers);
        TSync.Write(&_state->Idle, 0);
        TSync.Write(&_state->Failed, 0);
    }

    /// <summary>Lets everybody know that the calling worker has failed: it does no more work and is not counted.</summary>
    internal void Fail() => TSync.VolatileWrite(&_state->Failed, 1);

    /// <summary>Counts the calling worker as idle: it holds no work and saw that there is none to take.</summary>
    /// <exception cref="CorruptionException">More workers are idle than there are.</exception>
    internal void CountIdle()
    {
        int idle = TSync.Add(&_state->Idle, 1);
        if (idle > TSync.Read(&_state->Workers))
        {
            throw new CorruptionException($"{idle} of {TSync.Read(&_state->Workers)} mark workers are idle");
        }
    }

    /// <summary>Counts the calling worker, which is idle, as busy: it is about to take work.</summary>
    /// <exception cref="CorruptionException">No worker was idle.</exception>
    internal void CountBusy()
    {
        int idle = TSync.Add(&_state->Idle, -1);
        if (idle < 0)
        {
            throw new CorruptionException("a mark worker that was not idle counted itself busy");
        }
    }

    /// <summary>Frees the counts. No worker is left.</summary>
    public void Dispose() => TSync.Free(_state);

    /// <summary>The words that the workers share.</summary>
    private struct State
    {
        /// <summary>How many workers are out of work. Atomic, but plain in the setup, before the workers start.</summary>
        internal int Idle;

        /// <summary>
        /// 1 once a worker has failed. Volatile, but in the setup: nothing else is read by it, since those that see it only
        /// stop waiting.
        /// </summary>
        internal int Failed;

        /// <summary>How many workers there are: written while the world is stopped, before the workers start.</summary>
        internal int Workers;
    }
}
