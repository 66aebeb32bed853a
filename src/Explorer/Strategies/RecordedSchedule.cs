namespace Testbed.Explorer;

/// <summary>
/// Takes the steps of a recorded schedule, as long as each is what it was, and notes what each one does.
/// </summary>
/// <param name="engine">Tells what operations do.</param>
/// <param name="steps">The schedule.</param>
/// <param name="operations">
/// What the steps' operations did; an empty text, or no text, for one that nobody had noted.
/// </param>
/// <param name="choices">What the code under test was told to choose.</param>
internal sealed class RecordedSchedule(
    Engine engine, IReadOnlyList<TraceStep> steps, IReadOnlyList<string> operations, IReadOnlyList<uint> choices)
    : IStrategy
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _operations = [];
    private readonly List<TraceStep> _taken = [];
    private int _choicesTaken;

    /// <summary>What the steps taken so far did; each text once.</summary>
    internal IReadOnlyList<string> Operations => _operations;

    /// <summary>The steps taken so far, by <see cref="Operations"/>.</summary>
    internal IReadOnlyList<TraceStep> Taken => _taken;

    /// <summary>What should have happened and what would have instead; null as long as all goes as it should.</summary>
    internal (string Expected, string Found)? Divergence { get; private set; }

    /// <inheritdoc/>
    public void Begin(SchedulingRandom random, long execution, int expectedSteps)
    {
    }

    /// <inheritdoc/>
    public int Next(in SchedulingPoint point)
    {
        int place = point.Step - 1;
        if (place >= steps.Count)
        {
            Divergence = ("the failure", $"that it goes on: {engine.DescribeState(point.Enabled[0])}");
            return -1;
        }

        TraceStep step = steps[place];
        string expected = step.Operation < operations.Count ? operations[step.Operation] : "";
        if (!point.Enabled.Contains(step.Thread))
        {
            string name = engine.NameOf(step.Thread);
            Divergence = ($"a step of thread '{name}': {expected}", engine.DescribeState(step.Thread));
            return -1;
        }

        string found = engine.Describe(point.Pending[step.Thread]);
        if (expected.Length > 0 && expected != found)
        {
            string thread = engine.NameOf(step.Thread);
            Divergence = ($"thread '{thread}': {expected}", $"thread '{thread}': {found}");
            return -1;
        }

        Take(step.Thread, found);
        return step.Thread;
    }

    /// <inheritdoc/>
    public uint Choose(uint bound)
    {
        if (_choicesTaken == choices.Count)
        {
            Divergence = ("no more choices", $"a choice below {bound}");
            return uint.MaxValue;
        }

        uint choice = choices[_choicesTaken++];
        if (choice >= bound)
        {
            Divergence = ($"the choice of {choice}", $"a choice below {bound}");
        }

        return choice;
    }

    private void Take(int thread, string operation)
    {
        if (!_numbers.TryGetValue(operation, out int number))
        {
            number = _operations.Count;
            _numbers.Add(operation, number);
            _operations.Add(operation);
        }

        _taken.Add(new TraceStep(thread, number));
    }
}
