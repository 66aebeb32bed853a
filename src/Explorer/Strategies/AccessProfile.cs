namespace Testbed.Explorer;

/// <summary>
/// How often each thread of an execution came to each place. Threads and places are told by their identities, so that
/// later executions recognise them.
/// </summary>
internal sealed class AccessProfile
{
    /// <summary>By thread number, in the order of starts: who started it; -1 for the first.</summary>
    private readonly List<int> _starters = [];

    private readonly Dictionary<ulong, int> _threadNumbers = [];
    private readonly List<Visits> _places = [];
    private readonly Dictionary<Place, int> _placeNumbers = [];

    /// <summary>
    /// The places that more than one thread came to and some thread may have changed, in the order of their first
    /// operations.
    /// </summary>
    internal IReadOnlyList<Visits> Shared { get; private set; } = [];

    /// <summary>The places that somebody has chosen by name, in the same order.</summary>
    internal IReadOnlyList<Visits> Named { get; private set; } = [];

    /// <summary>How many threads there were.</summary>
    internal int Threads => _starters.Count;

    /// <summary>The number that a thread had; -1 if there was none of that identity.</summary>
    internal int NumberOf(ulong thread) => _threadNumbers.GetValueOrDefault(thread, -1);

    /// <summary>A thread has begun.</summary>
    /// <param name="identity">The thread.</param>
    /// <param name="starter">The number of the one that started it; -1 for the first.</param>
    internal void AddThread(ulong identity, int starter)
    {
        _threadNumbers[identity] = _starters.Count;
        _starters.Add(starter);
    }

    /// <summary>A thread comes to a place.</summary>
    /// <param name="thread">The thread's number.</param>
    /// <param name="place">The place.</param>
    /// <returns>What is known of the place.</returns>
    internal Visits Visit(int thread, Place place)
    {
        if (!_placeNumbers.TryGetValue(place, out int number))
        {
            number = _places.Count;
            _placeNumbers.Add(place, number);
            _places.Add(new Visits(place));
        }

        Visits visits = _places[number];
        visits.Add(thread);
        return visits;
    }

    /// <summary>The execution has ended.</summary>
    internal void Finish()
    {
        Shared = [.. _places.Where(visits => visits.IsShared)];
        Named = [.. _places.Where(visits => visits.IsNamed)];
    }

    /// <summary>Adds what threads did to those that started them: until then it is still before these.</summary>
    /// <param name="counts">By thread number.</param>
    internal void AddToStarters(Span<int> counts)
    {
        // Whoever starts a thread has the lower number.
        for (int thread = counts.Length - 1; thread > 0; thread--)
        {
            counts[_starters[thread]] += counts[thread];
        }
    }

    /// <summary>What happened at a place.</summary>
    /// <param name="place">The place.</param>
    internal sealed class Visits(Place place)
    {
        /// <summary>By thread number; those that are not there did not come.</summary>
        private readonly List<int> _counts = [];

        /// <summary>The place.</summary>
        internal Place Place { get; } = place;

        /// <summary>Whether some thread may have changed it.</summary>
        internal bool MayChange { get; set; }

        /// <summary>Whether somebody has chosen it by name.</summary>
        internal bool IsNamed { get; set; }

        /// <summary>Whether the order matters in which threads come to it.</summary>
        internal bool IsShared => MayChange && _counts.Count(count => count > 0) > 1;

        /// <summary>A thread comes.</summary>
        internal void Add(int thread)
        {
            while (_counts.Count <= thread)
            {
                _counts.Add(0);
            }

            _counts[thread]++;
        }

        /// <summary>Adds how often each thread came.</summary>
        internal void AddTo(Span<int> counts)
        {
            for (int thread = 0; thread < _counts.Count; thread++)
            {
                counts[thread] += _counts[thread];
            }
        }
    }
}
