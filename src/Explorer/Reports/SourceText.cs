using System.Globalization;

namespace Testbed.Explorer;

/// <summary>Places in source text.</summary>
internal static class SourceText
{
    /// <summary>The file's name, without its folders, and the line.</summary>
    internal static string Of(string file, int line)
        => file.Length == 0
            ? "?"
            : string.Create(CultureInfo.InvariantCulture, $"{file[(file.LastIndexOfAny(['/', '\\']) + 1)..]}:{line}");
}
