using System.Text.Encodings.Web;
using System.Text.Json;
using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>What the page's script works on: the execution as JSON that may stand inside of HTML.</summary>
internal static class PageData
{
    /// <summary>Escapes all that HTML would take for its own, a closing tag of the script above all.</summary>
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Writes it.</summary>
    internal static string Write(Explanation explanation)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            WriteThreads(json, explanation.Execution);
            WriteEvents(json, explanation);
            WriteEdges(json, explanation.Causality);
            WriteWaits(json, explanation.Execution);
            WritePictures(json, explanation.Execution.Pictures);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteThreads(Utf8JsonWriter json, RecordedExecution execution)
    {
        json.WriteStartArray("threads");
        foreach (string name in execution.Threads)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    /// <summary>One array an event, since there are thousands.</summary>
    private static void WriteEvents(Utf8JsonWriter json, Explanation explanation)
    {
        json.WriteStartArray("events");
        foreach (RecordedEvent happened in explanation.Execution.Events)
        {
            json.WriteStartArray();
            json.WriteNumberValue(happened.Step);
            json.WriteNumberValue(happened.Thread);
            json.WriteStringValue(happened.Operation);
            json.WriteStringValue(happened.Location);
            json.WriteStringValue(happened.Before);
            json.WriteStringValue(happened.After);
            json.WriteNumberValue((int)happened.Place.Kind);
            json.WriteNumberValue(happened.Place.Number);
            json.WriteStringValue(happened.File.Length == 0 ? "" : SourceText.Of(happened.File, happened.Line));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteEdges(Utf8JsonWriter json, Causality causality)
    {
        json.WriteStartArray("edges");
        foreach (CausalEdge edge in causality.Edges)
        {
            json.WriteStartArray();
            json.WriteNumberValue(edge.From);
            json.WriteNumberValue(edge.To);
            json.WriteStringValue(KebabCase.Of(edge.Kind));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteWaits(Utf8JsonWriter json, RecordedExecution execution)
    {
        json.WriteStartArray("waits");
        foreach (RecordedWait wait in execution.Waits)
        {
            json.WriteStartObject();
            json.WriteNumber("thread", wait.Thread);
            json.WriteString("operation", wait.Operation);
            json.WriteString("location", wait.Location);
            json.WriteNumber("number", wait.Place.Number);
            json.WriteBoolean("blocked", wait.IsBlocked);
            json.WriteString("text", wait.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes every box once, and then of each picture only states and arrows, by box number.</summary>
    private static void WritePictures(Utf8JsonWriter json, IReadOnlyList<RecordedPicture> pictures)
    {
        var numbers = new Dictionary<string, int>();
        var groups = new List<(string Name, List<PictureBox> Boxes)>();
        foreach (PictureGroup group in pictures.SelectMany(picture => picture.Picture.Groups))
        {
            List<PictureBox>? boxes = groups.Find(candidate => candidate.Name == group.Name).Boxes;
            if (boxes is null)
            {
                groups.Add((group.Name, boxes = []));
            }

            foreach (PictureBox box in group.Boxes)
            {
                if (numbers.TryAdd(box.Id, numbers.Count))
                {
                    boxes.Add(box);
                }
            }
        }

        json.WriteStartArray("groups");
        foreach ((string name, List<PictureBox> boxes) in groups)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteStartArray("boxes");
            boxes.ForEach(box => json.WriteNumberValue(numbers[box.Id]));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteBoxes(json, pictures, numbers);
        json.WriteStartArray("pictures");
        string last = "";
        foreach (RecordedPicture picture in pictures)
        {
            string text = Describe(picture, numbers);
            if (text != last)
            {
                json.WriteStartArray();
                json.WriteNumberValue(picture.Step);
                json.WriteRawValue(text);
                json.WriteEndArray();
            }

            last = text;
        }

        json.WriteEndArray();
    }

    /// <summary>A box keeps the label that it had last, which a model may have given it late.</summary>
    private static void WriteBoxes(
        Utf8JsonWriter json, IReadOnlyList<RecordedPicture> pictures, Dictionary<string, int> numbers)
    {
        var boxes = new PictureBox[numbers.Count];
        foreach (PictureBox box in pictures
            .SelectMany(picture => picture.Picture.Groups)
            .SelectMany(group => group.Boxes))
        {
            ref PictureBox known = ref boxes[numbers[box.Id]];
            known = known is null || box.Detail.Length >= known.Detail.Length ? box : known;
        }

        json.WriteStartArray("boxes");
        foreach (PictureBox box in boxes)
        {
            json.WriteStartArray();
            json.WriteStringValue(box.Label);
            json.WriteStringValue(box.Detail);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>Numbers and states of the boxes that have any, then the arrows.</summary>
    private static string Describe(RecordedPicture picture, Dictionary<string, int> numbers)
    {
        IEnumerable<string> states = picture.Picture.Groups
            .SelectMany(group => group.Boxes)
            .Where(box => box.States != BoxStates.None)
            .Select(box => $"[{numbers[box.Id]},{(int)box.States}]");
        IEnumerable<string> arrows = picture.Picture.Arrows
            .Where(arrow => numbers.ContainsKey(arrow.From) && numbers.ContainsKey(arrow.To))
            .Select(arrow => $"[{numbers[arrow.From]},{numbers[arrow.To]},{(arrow.IsCertain ? 1 : 0)}]");
        return $"{{\"states\":[{string.Join(',', states)}],\"arrows\":[{string.Join(',', arrows)}]}}";
    }
}
