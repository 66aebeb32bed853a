using System.Globalization;

namespace Testbed.Explorer;

/// <summary>An exploration found a failure. The message shows its schedule and how to get it again.</summary>
public sealed class ExplorationFailedException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public ExplorationFailedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was found.</param>
    public ExplorationFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What was found.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public ExplorationFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="result">A result with at least one failure.</param>
    public ExplorationFailedException(ExplorationResult result)
        : base(Describe(result)) => Result = result;

    /// <summary>Creates the exception.</summary>
    /// <param name="result">A result with at least one failure.</param>
    /// <param name="replay">How to get the failure again.</param>
    internal ExplorationFailedException(ExplorationResult result, string replay)
        : base($"{Describe(result)}\n{replay}") => Result = result;

    /// <summary>What was found, if the exception was made from a result.</summary>
    public ExplorationResult? Result { get; }

    /// <summary>What an execution ran on, if it said so, and its lanes.</summary>
    internal static string Describe(RecordedExecution execution)
    {
        string lanes = ScheduleText.Render(execution);
        return execution.Input.Length == 0 ? lanes : $"{execution.Input}\n{lanes}";
    }

    private static string Describe(ExplorationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Failure failure = result.Failures[0];
        string shrunk = failure.Shrinking is { } shrinking
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", shrunk from {shrinking.FoundSteps} steps and {shrinking.FoundPreemptions} preemptions")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {result.Scenario}: {failure.Message}

            {Describe(failure.Recorded)}
            {KebabCase.Of(failure.Kind)} in execution {failure.Execution} of seed {result.Seed}, {result.Strategy}{shrunk}
            """);
    }
}
