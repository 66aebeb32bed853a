using System.Text.Encodings.Web;
using System.Text.Json;

namespace Testbed.Cli;

/// <summary>JSON as the command prints it.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        // The text goes to files and pipes, never into a web page: leave quotes and arrows readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Writes an object, the names of its members in camel case.</summary>
    /// <param name="value">The object.</param>
    public static string Write(object value) => JsonSerializer.Serialize(value, s_options);
}
