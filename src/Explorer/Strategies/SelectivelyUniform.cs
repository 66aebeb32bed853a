namespace Testbed.Explorer;

/// <summary>
/// SURW: H. Zhao, D. Wolff, U. Mathur, A. Roychoudhury: Selectively Uniform Concurrency Testing, ASPLOS 2025. Of all
/// orders of the operations at some chosen places each is as likely as the other: the thread whose operation is the
/// next of them is drawn by how many each one has left, and the others wait before theirs.
/// </summary>
/// <remarks>
/// How many a thread has left is what it had in execution 0; those of the threads that it starts count as its own until
/// then. The places are those that were chosen by name; else, in each execution, one that threads share, drawn anew.
/// Steps elsewhere are a random walk. It departs from the paper where all wait and the one that was drawn cannot run:
/// as in the authors' code, another is drawn then.
/// </remarks>
/// <param name="engine">The engine that runs it.</param>
/// <param name="experience">What execution 0 found out.</param>
/// <param name="chosen">The places that were chosen by name.</param>
internal sealed class SelectivelyUniform(Engine engine, Experience experience, ChosenPlaces chosen) : IStrategy
{
    private const int Nobody = -1;

    /// <summary>By thread number: how many operations at chosen places are left.</summary>
    private readonly List<int> _left = [];

    /// <summary>The threads that wait before one of those operations, since it is not their turn.</summary>
    private readonly List<bool> _waits = [];

    private int[] _counts = [];
    private int[] _candidates = [];
    private SchedulingRandom _random = new();
    private AccessProfile? _profile;
    private Place? _place;

    /// <summary>Whose operation is the next at a chosen place.</summary>
    private int _drawn;

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _random = random;
        _profile = experience.Profile!;
        _left.Clear();
        _waits.Clear();
        _drawn = Nobody;
        Array.Resize(ref _counts, _profile.Threads);
        Array.Clear(_counts);
        _place = null;
        if (!chosen.AreNone)
        {
            foreach (AccessProfile.Visits visits in _profile.Named)
            {
                visits.AddTo(_counts);
            }
        }
        else if (_profile.Shared.Count > 0)
        {
            AccessProfile.Visits visits = _profile.Shared[(int)random.Next((uint)_profile.Shared.Count)];
            visits.AddTo(_counts);
            _place = visits.Place;
        }

        _profile.AddToStarters(_counts);
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        while (_left.Count < point.Pending.Length)
        {
            AddThread(starter: point.Current);
        }

        while (true)
        {
            ReadOnlySpan<int> candidates = Candidates(point.Enabled);
            int thread = candidates[(int)_random.Next((uint)candidates.Length)];
            if (!IsChosen(point.Pending[thread]))
            {
                return thread;
            }

            _left[thread] = Math.Max(_left[thread], 1);
            if (_drawn == Nobody)
            {
                _drawn = Draw(candidates);
            }

            if (thread == _drawn)
            {
                _left[thread]--;
                LetAllGo();
                return thread;
            }

            _waits[thread] = true;
        }
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _random.Next(bound);

    private bool IsChosen(in Operation operation)
        => _place is { } place ? operation.HasPlace && Place.Of(operation) == place : chosen.Contains(operation);

    private void AddThread(int starter)
    {
        int thread = _left.Count;
        int number = _profile!.NumberOf(engine.IdentityOf(thread));
        int count = number < 0 ? 0 : _counts[number];
        _left.Add(count);
        _waits.Add(false);
        if (thread == 0)
        {
            return;
        }

        // When its starter was drawn, that was for the operations of both.
        int both = _left[starter];
        if (_drawn == starter && both > 0 && _random.Next((uint)both) < (uint)count)
        {
            _drawn = thread;
        }

        _left[starter] = Math.Max(0, both - count);
    }

    /// <summary>Those that do not wait; all, if all do.</summary>
    private ReadOnlySpan<int> Candidates(ReadOnlySpan<int> enabled)
    {
        if (_candidates.Length < enabled.Length)
        {
            Array.Resize(ref _candidates, Math.Max(2 * _candidates.Length, enabled.Length));
        }

        int count = 0;
        foreach (int thread in enabled)
        {
            if (!_waits[thread])
            {
                _candidates[count++] = thread;
            }
        }

        if (count > 0)
        {
            return _candidates.AsSpan(0, count);
        }

        LetAllGo();
        return enabled;
    }

    private void LetAllGo()
    {
        _drawn = Nobody;
        for (int thread = 0; thread < _waits.Count; thread++)
        {
            _waits[thread] = false;
        }
    }

    /// <summary>Draws a thread by how many operations each has left; at least one has some.</summary>
    private int Draw(ReadOnlySpan<int> candidates)
    {
        int all = 0;
        foreach (int thread in candidates)
        {
            all += _left[thread];
        }

        int place = (int)_random.Next((uint)all);
        foreach (int thread in candidates)
        {
            place -= _left[thread];
            if (place < 0)
            {
                return thread;
            }
        }

        return candidates[^1];
    }
}
