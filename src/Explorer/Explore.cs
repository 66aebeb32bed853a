using System.Globalization;
using System.Runtime.CompilerServices;

namespace Testbed.Explorer;

/// <summary>Explores in a unit test, of whatever framework.</summary>
/// <example>
/// <code>
/// [Fact]
/// public void Nothing_is_popped_twice() => Explore.Check(() => PopAndPush&lt;ExplorerSync&gt;());
/// </code>
/// </example>
public static class Explore
{
    /// <summary>
    /// The environment variable that names a trace: the check that wrote it runs that schedule and no other.
    /// </summary>
    public const string ReplayVariable = "TESTBED_REPLAY";

    /// <summary>How many executions there are unless the options bound them.</summary>
    public const long DefaultExecutions = 10_000;

    /// <summary>Explores a program and throws when a failure is found. Blocks; any thread, one at a time.</summary>
    /// <param name="body">The program, over <see cref="ExplorerSync"/>; it may throw to report a failure.</param>
    /// <param name="options">How to explore; null for <see cref="DefaultExecutions"/> executions.</param>
    /// <param name="test">Filled in by the compiler: with the file, what traces call the program.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <exception cref="ExplorationFailedException">
    /// A failure was found; the message shows its schedule and the command that replays it.
    /// </exception>
    /// <exception cref="TraceFormatException"><see cref="ReplayVariable"/> names what is no trace.</exception>
    public static void Check(
        Action body,
        ExplorationOptions? options = null,
        [CallerMemberName] string test = "",
        [CallerFilePath] string file = "")
    {
        string name = $"{Path.GetFileNameWithoutExtension(file)}.{test}";
        if (Environment.GetEnvironmentVariable(ReplayVariable) is { Length: > 0 } path
            && Trace.Load(path) is var trace
            && trace.Scenario == name)
        {
            CheckRecorded(trace, body, path);
            return;
        }

        options ??= new ExplorationOptions();
        if (options is { MaxExecutions: long.MaxValue, Timeout: null })
        {
            options = options with { MaxExecutions = DefaultExecutions };
        }

        ExplorationResult result = new Exploration(name, body, options).Run();
        if (result.Failures.Count > 0)
        {
            throw new ExplorationFailedException(result, Keep(result.Failures[0].Trace, options.TraceFolder));
        }
    }

    /// <summary>Writes the trace and says how to replay it.</summary>
    private static string Keep(Trace trace, string folder)
    {
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{trace.Scenario}-{trace.Seed}-{trace.Execution}.json");
        string path = Path.GetFullPath(Path.Combine(folder, name));
        try
        {
            Directory.CreateDirectory(folder);
            trace.Save(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"the trace could not be written to '{path}': {problem.Message}";
        }

        return $"replay: {ReplayVariable}=\"{path}\" dotnet test --filter FullyQualifiedName~{trace.Scenario}";
    }

    private static void CheckRecorded(Trace trace, Action body, string path)
    {
        ReplayResult replay = Replay.Run(trace, body);
        switch (replay.Outcome)
        {
            case ReplayOutcome.Reproduced:
                throw new ExplorationFailedException(
                    $"{trace.Scenario}: {replay.Failure!.Message}\n\n"
                    + $"{ExplorationFailedException.Describe(replay.Execution)}\nreplayed from '{path}'");
            case ReplayOutcome.Diverged:
                throw new ExplorationFailedException(
                    $"{trace.Scenario}: the code has changed since '{path}' was written: at step {replay.Step} the "
                    + $"trace expects {replay.Expected}, but found {replay.Found}");
            default:
                return;
        }
    }
}
