namespace Testbed.Explorer;

/// <summary>
/// The vector clocks of an execution, by number: for each thread, how much of what it did a clock knows of. Number 0 is
/// the clock that knows of nothing.
/// </summary>
/// <remarks>They lie in one array that lives as long as the engine, so that a step allocates nothing.</remarks>
internal sealed class VectorClocks
{
    private readonly Stack<int> _free = new();
    private int _stride = 8;
    private int[] _times;
    private int _threads;
    private int _count;

    /// <summary>Creates the store.</summary>
    internal VectorClocks() => _times = new int[64 * _stride];

    /// <summary>What a clock knows of a thread.</summary>
    internal ref int this[int clock, int thread] => ref _times[(clock * _stride) + thread];

    /// <summary>Makes a clock that knows of nothing.</summary>
    /// <returns>Its number.</returns>
    internal int Create()
    {
        if (!_free.TryPop(out int clock))
        {
            clock = _count++;
            if (_count * _stride > _times.Length)
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
        if (from == 0)
        {
            return;
        }

        Span<int> known = Times(into);
        Span<int> learned = Times(from);
        for (int thread = 0; thread < _threads; thread++)
        {
            known[thread] = Math.Max(known[thread], learned[thread]);
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
            for (int clock = 0; clock < _count; clock++)
            {
                Times(clock).CopyTo(wider.AsSpan(2 * clock * _stride));
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

    private Span<int> Times(int clock) => _times.AsSpan(clock * _stride, _stride);
}
