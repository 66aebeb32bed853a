using System.Text.Json;
using System.Text.Json.Serialization;

namespace Testbed.Models.Dumps;

/// <summary>The lines of heap dumps as text.</summary>
public static class HeapDumpText
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Writes a line and its end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="line">The line.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(Stream output, HeapDumpLine line)
    {
        ArgumentNullException.ThrowIfNull(output);
        JsonSerializer.Serialize(output, line, s_json);
        output.WriteByte((byte)'\n');
    }

    /// <summary>Reads a line.</summary>
    /// <param name="text">The line, without its end.</param>
    /// <exception cref="JsonException">It is none; the message says why.</exception>
    public static HeapDumpLine Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<HeapDumpLine>(text, s_json) ?? throw new JsonException("it is null");
        }
        catch (NotSupportedException failure)
        {
            throw new JsonException("it does not start with its kind", failure);
        }
    }
}
