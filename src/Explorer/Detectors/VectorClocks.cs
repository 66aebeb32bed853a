namespace Testbed.Explorer;

/// <summary>
/// The vector clocks of an execution, by number: for each thread, how much of what it did a clock knows of, and how
/// much it would know of without locks. Number 0 is the clock that knows of nothing.
/// </summary>
/// <remarks>They lie in one array that lives as long as the engine, so that a step allocates nothing.</remarks>
internal sealed class VectorClocks
{
    private readonly Stack<int> _free = new();

    /// <summary>How many threads there is room for.</summary>
    private int _stride = 8;

    /// <summary>By clock: the times by thread, then those without locks by thread.</summary>
    private int[] _times;
    private int _threads;
    private int _count;

    /// <summary>Creates the store.</summary>
    internal VectorClocks() => _times = new int[64 * 2 * _stride];

    /// <summary>What a clock knows of a thread.</summary>
    internal ref int this[int clock, int thread] => ref _times[(clock * 2 * _stride) + thread];

    /// <summary>What it would know without locks.</summary>
    internal ref int WithoutLocks(int clock, int thread) => ref _times[(((clock * 2) + 1) * _stride) + thread];

    /// <summary>Makes a clock that knows of nothing.</summary>
    /// <returns>Its number.</returns>
    internal int Create()
    {
        if (!_free.TryPop(out int clock))
        {
            clock = _count++;
            if (_count * 2 * _stride > _times.Length)
            {
                Array.Resize(ref _times, 2 * _times.Length);
            }
        }

        Times(clock).Clear();
        return clock;
    }

    /// <summary>Ends a clock; number 0 stays.</summary>
    internal void End(int clock)
    {
        if (clock != 0)
        {
            _free.Push(clock);
        }
    }

    /// <summary>One clock learns what another knows.</summary>
    internal void Join(int into, int from)
    {
        JoinByLock(into, from);
        if (from != 0)
        {
            Join(Times(into)[_stride..], Times(from)[_stride..]);
        }
    }

    /// <summary>As <see cref="Join(int, int)"/>, but what it would know without locks stays.</summary>
    internal void JoinByLock(int into, int from)
    {
        if (from != 0)
        {
            Join(Times(into), Times(from));
        }
    }

    /// <summary>One clock becomes what another is.</summary>
    internal void Assign(int into, int from) => Times(from).CopyTo(Times(into));

    /// <summary>There is one more thread.</summary>
    internal void AddThread()
    {
        _threads++;
        if (_threads > _stride)
        {
            var wider = new int[2 * _times.Length];
            for (int half = 0; half < 2 * _count; half++)
            {
                _times.AsSpan(half * _stride, _stride).CopyTo(wider.AsSpan(2 * half * _stride));
            }

            _times = wider;
            _stride *= 2;
        }
    }

    /// <summary>Forgets all clocks and threads.</summary>
    internal void Reset()
    {
        _free.Clear();
        _threads = 0;
        _count = 0;
        _ = Create();
    }

    private void Join(Span<int> into, Span<int> from)
    {
        for (int thread = 0; thread < _threads; thread++)
        {
            into[thread] = Math.Max(into[thread], from[thread]);
        }
    }

    private Span<int> Times(int clock) => _times.AsSpan(clock * 2 * _stride, 2 * _stride);
}
