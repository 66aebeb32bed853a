using System.Text.Json;

namespace Testbed.Bench;

/// <summary>Prints results for programs to read.</summary>
internal static class BenchJson
{
    private static readonly JsonSerializerOptions s_options =
        new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Prints one object.</summary>
    internal static void Print(object value) => Console.WriteLine(JsonSerializer.Serialize(value, s_options));

    /// <summary>What tables and JSON call an enumeration's value.</summary>
    internal static string NameOf(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
