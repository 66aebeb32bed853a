using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Testbed.Explorer;

/// <summary>
/// The form of a trace in a file: one JSON object. Steps are words "thread.operation" in lines of text, choices are
/// numbers in lines of text, so that the file stays short and can be read and compared by people.
/// </summary>
internal static class TraceFile
{
    /// <summary>Changes whenever a file of the old form would be misread.</summary>
    internal const int Version = 1;

    private const int LineLength = 100;

    internal static string Write(Trace trace)
    {
        var form = new TraceForm
        {
            Version = Version,
            Scenario = trace.Scenario,
            Parameters = new SortedDictionary<string, string>(
                trace.Parameters.ToDictionary(pair => pair.Key, pair => pair.Value), StringComparer.Ordinal),
            Fingerprint = trace.Fingerprint,
            Strategy = trace.Strategy,
            Seed = trace.Seed,
            Execution = trace.Execution,
            MaxSteps = trace.MaxSteps,
            Failure = new FailureForm
            {
                Kind = KebabCase.Of(trace.FailureKind),
                Message = trace.FailureMessage,
                Step = trace.FailureStep,
            },
            StepCount = trace.Steps.Count,
            Operations = [.. trace.Operations],
            Steps = Lines(trace.Steps.Select(step => Invariant($"{step.Thread}.{step.Operation}"))),
            Choices = Lines(trace.Choices.Select(choice => Invariant($"{choice}"))),
        };
        return JsonSerializer.Serialize(form, TraceJson.Default.TraceForm) + "\n";
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="TraceFormatException">It is something else.</exception>
    internal static Trace Read(string text)
    {
        RequireVersion(text);
        TraceForm form;
        try
        {
            form = JsonSerializer.Deserialize(text, TraceJson.Default.TraceForm)
                ?? throw new TraceFormatException("it is empty");
        }
        catch (JsonException failure)
        {
            throw new TraceFormatException($"it is damaged: {failure.Message}", failure);
        }

        if (!KebabCase.TryParse(Present(Present(form.Failure, "failure").Kind, "failure.kind"), out FailureKind kind))
        {
            throw new TraceFormatException($"it names an unknown kind of failure, '{form.Failure.Kind}'");
        }

        List<string> operations = Present(form.Operations, "operations");
        List<TraceStep> steps = [.. Words(form.Steps, "steps").Select(word => Step(word, operations.Count))];
        Require(operations.TrueForAll(name => name is not null), "an operation has no name");
        Require(steps.Count == form.StepCount, $"it has {steps.Count} steps, but says {form.StepCount}");
        Require(form.MaxSteps >= 1, $"maxSteps is {form.MaxSteps}");
        Require(form.Failure.Step >= 0, $"failure.step is {form.Failure.Step}");
        return new Trace
        {
            Scenario = Present(form.Scenario, "scenario"),
            Parameters = Present(form.Parameters, "parameters"),
            Fingerprint = Present(form.Fingerprint, "fingerprint"),
            Strategy = Present(form.Strategy, "strategy"),
            Seed = form.Seed,
            Execution = form.Execution,
            MaxSteps = form.MaxSteps,
            FailureKind = kind,
            FailureMessage = Present(form.Failure.Message, "failure.message"),
            FailureStep = form.Failure.Step,
            Operations = operations,
            Steps = steps,
            Choices = [.. Words(form.Choices, "choices").Select(Choice)],
        };
    }

    /// <summary>Before all else, since a file of another version need not have this one's members.</summary>
    private static void RequireVersion(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("version", out JsonElement version)
                || !version.TryGetInt32(out int number))
            {
                throw new TraceFormatException("it has no version number");
            }

            Require(number == Version, $"it has version {number}, and this program reads version {Version}");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new TraceFormatException($"it is damaged or cut short: {failure.Message}", failure);
        }
    }

    private static TraceStep Step(string word, int operations)
    {
        int dot = word.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0
            || !int.TryParse(word.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int thread)
            || !int.TryParse(word.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int operation)
            || operation >= operations)
        {
            throw new TraceFormatException($"'{word}' is no step");
        }

        return new TraceStep(thread, operation);
    }

    private static uint Choice(string word)
        => uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint choice)
            ? choice
            : throw new TraceFormatException($"'{word}' is no choice");

    private static IEnumerable<string> Words(List<string> lines, string member)
        => Present(lines, member)
            .SelectMany(line => Present(line, member).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static List<string> Lines(IEnumerable<string> words)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (string word in words)
        {
            if (line.Length + word.Length >= LineLength)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
        {
            lines.Add(line.ToString());
        }

        return lines;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>JSON's null fits every member.</summary>
    private static T Present<T>(T? member, string name)
        where T : class
        => member ?? throw new TraceFormatException($"{name} is null");

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new TraceFormatException(problem);
        }
    }
}
