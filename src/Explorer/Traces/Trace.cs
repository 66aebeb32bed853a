using System.Collections.ObjectModel;

namespace Testbed.Explorer;

/// <summary>What it takes to run a failing execution again: the scenario and every choice that was made.</summary>
/// <remarks>
/// A step names its thread and its operation (kind and location), so that a replay notices the first step that is not
/// what it was. Source lines are left out: they may move without changing what happens.
/// </remarks>
public sealed class Trace
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The strategy that chose.</summary>
    public required string Strategy { get; init; }

    /// <summary>The exploration's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Which of the exploration's executions it is, from 0.</summary>
    public required long Execution { get; init; }

    /// <summary>Names the build that was explored.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What else the replay must know.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What the execution failed with.</summary>
    public required FailureKind FailureKind { get; init; }

    /// <summary>The failure's message.</summary>
    public required string FailureMessage { get; init; }

    /// <summary>The step at which it failed; 0 if it was before the first.</summary>
    public required int FailureStep { get; init; }

    /// <summary>How many steps an execution could have.</summary>
    public required int MaxSteps { get; init; }

    /// <summary>Every operation that some step does, each once.</summary>
    internal IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>The steps, in order.</summary>
    internal IReadOnlyList<TraceStep> Steps { get; init; } = [];

    /// <summary>What <see cref="Sync.ISync.Choose"/> answered, in order.</summary>
    internal IReadOnlyList<uint> Choices { get; init; } = [];

    /// <summary>Writes the trace to a file; what was there is gone.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(string path) => File.WriteAllText(path, TraceFile.Write(this));

    /// <summary>Reads a trace from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TraceFormatException">It is missing, unreadable, damaged or of another version.</exception>
    public static Trace Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TraceFormatException($"no trace can be read from '{path}': {failure.Message}", failure);
        }

        try
        {
            return TraceFile.Read(text);
        }
        catch (TraceFormatException failure)
        {
            throw new TraceFormatException($"'{path}' is no trace to replay: {failure.Message}", failure);
        }
    }
}
