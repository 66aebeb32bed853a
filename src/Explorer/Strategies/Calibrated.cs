namespace Testbed.Explorer;

/// <summary>
/// A strategy that must know the program beforehand: execution 0 is a random walk, which finds out how long it is and
/// which threads come where.
/// </summary>
/// <param name="inner">The strategy of all other executions.</param>
/// <param name="engine">The engine that runs it.</param>
/// <param name="chosen">The places that were chosen by name.</param>
internal sealed class Calibrated(IStrategy inner, Engine engine, ChosenPlaces chosen) : IStrategy
{
    private readonly RandomWalk _first = new();
    private IStrategy? _turn;
    private Calibration? _calibration;

    /// <inheritdoc/>
    public Lesson? Lesson => _calibration is null ? inner.Lesson : _calibration.Finish();

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
        _calibration = execution == 0 ? new Calibration(engine, chosen) : null;
        _turn = execution == 0 ? _first : inner;
        chosen.Begin();
        _turn.Begin(random, execution, expectedSteps);
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        int next = _turn!.Next(point);
        _calibration?.Take(point, next);
        return next;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound) => _turn!.Choose(bound);

    /// <summary>What execution 0 finds out.</summary>
    private sealed class Calibration(Engine engine, ChosenPlaces chosen) : Lesson
    {
        private readonly AccessProfile _profile = new();

        internal void Take(in SchedulingPoint point, int next)
        {
            while (_profile.Threads < point.Pending.Length)
            {
                // A new thread is there at the first step after its start.
                int starter = _profile.Threads == 0 ? -1 : point.Current;
                _profile.AddThread(engine.IdentityOf(_profile.Threads), starter);
            }

            ref readonly Operation operation = ref point.Pending[next];
            if (operation.HasPlace)
            {
                AccessProfile.Visits visits = _profile.Visit(next, Place.Of(operation));
                visits.MayChange |= !operation.IsRead;
                visits.IsNamed |= chosen.Contains(operation);
            }
        }

        internal Calibration Finish()
        {
            _profile.Finish();
            return this;
        }

        internal override void AddTo(Experience experience) => experience.Profile = _profile;
    }
}
