using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>Takes down what happens in an execution. The thread whose turn it is calls.</summary>
/// <param name="picturesFrom">From which step on it asks the program for pictures.</param>
/// <param name="stop">The step before which <paramref name="stopped"/> is called, on the step's thread.</param>
/// <param name="stopped">What to call, or null.</param>
internal sealed class Recorder(int picturesFrom = int.MaxValue, int stop = -1, Action? stopped = null)
{
    private readonly List<string> _threads = [];
    private readonly List<RecordedEvent> _events = [];
    private readonly List<RecordedPicture> _pictures = [];
    private ExecutionFailure? _failure;
    private string _input = "";
    private IReadOnlyList<RecordedWait> _waits = [];

    /// <summary>How many steps were recorded.</summary>
    internal int Steps { get; private set; }

    internal void AddThread(string name) => _threads.Add(name);

    /// <summary>Takes down an event, and counts the step that it is.</summary>
    internal void AddEvent(RecordedEvent happened)
    {
        if (happened.IsStep)
        {
            Steps++;
        }

        _events.Add(happened with { Step = Steps });
    }

    internal void NoteInput(string input) => _input = input;

    /// <summary>A thread is about to take a step.</summary>
    internal void BeginStep(int step)
    {
        if (step == stop)
        {
            stopped?.Invoke();
        }
    }

    /// <summary>A step and all that belongs to it is over; of step 0 all that is before the first.</summary>
    internal void EndStep(Engine engine, int step)
    {
        if (step >= picturesFrom)
        {
            AddPicture(step, engine.DrawPicture());
        }
    }

    internal void Fail(ExecutionFailure failure, IReadOnlyList<RecordedWait> waits, Func<StatePicture?> draw)
    {
        _failure = failure;
        _waits = waits;
        if (picturesFrom < int.MaxValue)
        {
            AddPicture(failure.Step, draw());
        }
    }

    internal RecordedExecution Finish()
        => new(_threads, _events, Steps, _failure?.Kind, _failure?.Message ?? "", _failure?.Thread ?? -1)
        {
            Input = _input,
            Waits = _waits,
            Pictures = _pictures,
        };

    private void AddPicture(int step, StatePicture? picture)
    {
        if (picture is not null)
        {
            _pictures.Add(new RecordedPicture(step, picture));
        }
    }
}
