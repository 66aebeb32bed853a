using System.Text.Json;

namespace Testbed.Explorer;

/// <summary>
/// Writes an execution as Trace Event JSON, which Perfetto and chrome://tracing open: a track a thread, a slice an
/// event, an arrow wherever one thread's event led to another's.
/// </summary>
/// <remarks>
/// A step takes a millisecond and what belongs to it shares that: an execution has no other time. Each slice has the
/// location, the values and the source line among its arguments.
/// </remarks>
public static class TraceEvents
{
    private const double StepMicroseconds = 1000;

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="execution">What happened.</param>
    /// <param name="facts">What else to say.</param>
    public static void Write(Stream output, RecordedExecution execution, ReportFacts facts)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(execution);
        ArgumentNullException.ThrowIfNull(facts);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartObject("otherData");
        json.WriteString("scenario", facts.Trace.Scenario);
        json.WriteString("failure", execution.FailureMessage);
        json.WriteString("replay", facts.ReplayCommand);
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        WriteThreads(json, execution);
        WriteEvents(json, execution);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteThreads(Utf8JsonWriter json, RecordedExecution execution)
    {
        for (int thread = 0; thread < execution.Threads.Count; thread++)
        {
            json.WriteStartObject();
            json.WriteString("ph", "M");
            json.WriteString("name", "thread_name");
            WriteTrack(json, thread, 0);
            json.WriteStartObject("args");
            json.WriteString("name", execution.Threads[thread]);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    /// <summary>Writes the slices in the order of time, and behind each the ends of arrows in it.</summary>
    private static void WriteEvents(Utf8JsonWriter json, RecordedExecution execution)
    {
        var causality = new Causality(execution);
        ILookup<int, (CausalEdge Edge, int Id)> starts = causality.Edges
            .Select((edge, id) => (edge, id))
            .ToLookup(pair => pair.edge.From);
        ILookup<int, (CausalEdge Edge, int Id)> ends = causality.Edges
            .Select((edge, id) => (edge, id))
            .ToLookup(pair => pair.edge.To);
        (double Start, double Duration)[] times = TimesOf(execution);
        for (int index = 0; index < execution.Events.Count; index++)
        {
            RecordedEvent happened = execution.Events[index];
            WriteSlice(json, happened, times[index], causality.SourceOf(index), execution);
            double middle = times[index].Start + (times[index].Duration / 2);
            foreach ((CausalEdge edge, int id) in ends[index])
            {
                WriteFlow(json, "f", edge.Kind, id, happened.Thread, middle);
            }

            foreach ((CausalEdge edge, int id) in starts[index])
            {
                WriteFlow(json, "s", edge.Kind, id, happened.Thread, middle);
            }
        }
    }

    /// <summary>The events of a step share its time equally.</summary>
    private static (double Start, double Duration)[] TimesOf(RecordedExecution execution)
    {
        var times = new (double, double)[execution.Events.Count];
        int index = 0;
        foreach (KeyValuePair<int, int> step in execution.Events.CountBy(happened => happened.Step))
        {
            double duration = StepMicroseconds / step.Value;
            for (int part = 0; part < step.Value; part++)
            {
                times[index++] = ((step.Key * StepMicroseconds) + (part * duration), duration);
            }
        }

        return times;
    }

    private static void WriteSlice(
        Utf8JsonWriter json,
        RecordedEvent happened,
        (double Start, double Duration) time,
        int source,
        RecordedExecution execution)
    {
        json.WriteStartObject();
        json.WriteString("ph", "X");
        json.WriteString("name", $"{happened.Operation} {happened.Location}".TrimEnd());
        json.WriteString("cat", happened.IsStep ? "step" : "plain");
        WriteTrack(json, happened.Thread, time.Start);
        json.WriteNumber("dur", time.Duration);
        json.WriteStartObject("args");
        json.WriteNumber("step", happened.Step);
        WriteIfAny(json, "before", happened.Before);
        WriteIfAny(json, "after", happened.After);
        WriteIfAny(json, "note", happened.Note);
        WriteIfAny(json, "source", happened.File.Length == 0 ? "" : SourceText.Of(happened.File, happened.Line));
        if (source >= 0)
        {
            json.WriteNumber("read from step", execution.Events[source].Step);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFlow(
        Utf8JsonWriter json, string phase, CausalEdgeKind kind, int id, int thread, double time)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", KebabCase.Of(kind));
        json.WriteString("cat", "happens-before");
        json.WriteNumber("id", id);
        WriteTrack(json, thread, time);
        if (phase == "f")
        {
            // The slice that encloses the time, rather than the next one.
            json.WriteString("bp", "e");
        }

        json.WriteEndObject();
    }

    private static void WriteTrack(Utf8JsonWriter json, int thread, double time)
    {
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", thread + 1);
        json.WriteNumber("ts", time);
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }
}
