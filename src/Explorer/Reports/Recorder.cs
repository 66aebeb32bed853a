namespace Testbed.Explorer;

/// <summary>Takes down what happens in an execution.</summary>
internal sealed class Recorder
{
    private readonly List<string> _threads = [];
    private readonly List<RecordedEvent> _events = [];
    private ExecutionFailure? _failure;
    private int _steps;
    private string _input = "";

    internal void AddThread(string name) => _threads.Add(name);

    internal void AddEvent(
        int thread,
        bool isStep,
        string operation,
        string location,
        string before,
        string after,
        string note,
        string file,
        int line)
    {
        if (isStep)
        {
            _steps++;
        }

        _events.Add(new RecordedEvent(_steps, thread, isStep, operation, location, before, after, note, file, line));
    }

    internal void NoteInput(string input) => _input = input;

    internal void Fail(ExecutionFailure failure) => _failure = failure;

    internal RecordedExecution Finish()
        => new(_threads, _events, _steps, _failure?.Kind, _failure?.Message ?? "", _failure?.Thread ?? -1)
        {
            Input = _input,
        };
}
