namespace Testbed.Explorer;

/// <summary>
/// What happens before what in an execution, by vector clocks (C. Flanagan, S. N. Freund: FastTrack: Efficient and
/// Precise Dynamic Race Detection, PLDI 2009).
/// </summary>
/// <remarks>
/// <para>
/// Edges lead from a volatile write or an interlocked operation to the volatile read or interlocked operation that sees
/// its value, from the exit of a lock to its next entry, from the wake of a note to the end of a sleep on it, from
/// the start of a thread to its body, and from its end to the join. Racy accesses make none by themselves. A full
/// fence, which every interlocked operation is too, gives the racy writes after it the force of volatile ones, and the
/// racy reads before it that of volatile ones, as fences do in C++.
/// </para>
/// <para>
/// That all fences stand in one order makes no edge: a thread cannot know which of two came first unless it sees
/// something that the other wrote, so the next schedule may have them the other way round.
/// </para>
/// </remarks>
internal sealed class HappensBefore
{
    private readonly VectorClocks _clocks = new();
    private ThreadClocks[] _threads = new ThreadClocks[8];

    /// <summary>A moment of a thread's own: it changes whenever others may learn what the thread did.</summary>
    internal int Time(int thread) => _clocks[_threads[thread].Now, thread];

    /// <summary>Whether what a thread did at a moment of its own happens before what another does now.</summary>
    internal bool IsBefore(int thread, int time, int other)
        => thread == other || time <= _clocks[_threads[other].Now, thread];

    /// <summary>As <see cref="Time"/>, of what others learn by other means than locks.</summary>
    internal int TimeWithoutLocks(int thread) => _clocks.WithoutLocks(_threads[thread].Now, thread);

    /// <summary>As <see cref="IsBefore"/>, with a clock in place of the other thread, and no order by locks.</summary>
    internal bool IsBeforeWithoutLocks(int thread, int time, int clock) => time <= _clocks.WithoutLocks(clock, thread);

    /// <summary>A copy of what a thread knows now.</summary>
    internal int Copy(int thread)
    {
        int copy = _clocks.Create();
        _clocks.Assign(copy, _threads[thread].Now);
        return copy;
    }

    /// <summary>A thread begins, with what its starter knows.</summary>
    /// <param name="thread">Its number: the next one.</param>
    /// <param name="starter">Who starts it; -1 for nobody.</param>
    internal void Begin(int thread, int starter)
    {
        _clocks.AddThread();
        if (thread == _threads.Length)
        {
            Array.Resize(ref _threads, 2 * thread);
        }

        _threads[thread] = new ThreadClocks { Now = _clocks.Create() };
        if (starter >= 0)
        {
            _clocks.Assign(_threads[thread].Now, _threads[starter].Now);
            Tick(starter);
        }

        Tick(thread);
    }

    /// <summary>A thread learns all that another, which has ended, did.</summary>
    internal void Join(int thread, int ended) => _clocks.Join(_threads[thread].Now, _threads[ended].Now);

    /// <summary>A thread learns what a clock knows.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="clock">The clock, or 0.</param>
    internal void Acquire(int thread, int clock) => _clocks.Join(_threads[thread].Now, clock);

    /// <summary>A thread enters a lock, and learns what the one knew that left it last.</summary>
    internal void Enter(int thread, int clock) => _clocks.JoinByLock(_threads[thread].Now, clock);

    /// <summary>A thread exits a lock, and leaves there what it knows.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="clock">The lock's clock, or 0 for a new one.</param>
    /// <returns>The clock.</returns>
    internal int Exit(int thread, int clock)
    {
        int released = clock == 0 ? _clocks.Create() : clock;
        _clocks.Assign(released, _threads[thread].Now);
        _clocks[_threads[thread].Now, thread]++;
        return released;
    }

    /// <summary>As <see cref="Acquire"/>, but only the thread's next fence makes it count.</summary>
    internal void AcquireAtFence(int thread, int clock)
    {
        if (clock != 0)
        {
            ref ThreadClocks clocks = ref _threads[thread];
            clocks.Unfenced = clocks.Unfenced == 0 ? _clocks.Create() : clocks.Unfenced;
            _clocks.Join(clocks.Unfenced, clock);
        }
    }

    /// <summary>Makes a clock all that a thread did so far.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="clock">The clock, or 0 for a new one.</param>
    /// <returns>The clock.</returns>
    internal int Release(int thread, int clock)
    {
        int released = clock == 0 ? _clocks.Create() : clock;
        _clocks.Assign(released, _threads[thread].Now);
        Tick(thread);
        return released;
    }

    /// <summary>Makes a clock what a thread did up to its last fence.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="clock">The clock, or 0 for none yet.</param>
    /// <returns>The clock, or 0 if there was no fence.</returns>
    internal int ReleaseUpToFence(int thread, int clock)
    {
        int fenced = _threads[thread].Fenced;
        if (fenced == 0)
        {
            _clocks.End(clock);
            return 0;
        }

        int released = clock == 0 ? _clocks.Create() : clock;
        _clocks.Assign(released, fenced);
        return released;
    }

    /// <summary>A thread passes a full fence.</summary>
    internal void Fence(int thread)
    {
        ref ThreadClocks clocks = ref _threads[thread];
        _clocks.Join(clocks.Now, clocks.Unfenced);
        clocks.Fenced = Release(thread, clocks.Fenced);
    }

    /// <summary>Ends a clock.</summary>
    internal void End(int clock) => _clocks.End(clock);

    /// <summary>A new execution begins.</summary>
    internal void Reset() => _clocks.Reset();

    private void Tick(int thread)
    {
        int now = _threads[thread].Now;
        _clocks[now, thread]++;
        _clocks.WithoutLocks(now, thread)++;
    }

    /// <summary>The clocks of a thread; 0 is none.</summary>
    private struct ThreadClocks
    {
        /// <summary>What happens before the thread's next operation.</summary>
        internal int Now;

        /// <summary>What happened before its last fence.</summary>
        internal int Fenced;

        /// <summary>What the racy reads since saw released; the next fence makes it count.</summary>
        internal int Unfenced;
    }
}
