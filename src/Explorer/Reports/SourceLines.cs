namespace Testbed.Explorer;

/// <summary>The text of source lines, for reports. One thread at a time.</summary>
/// <param name="read">Answers the text of a source file by the path that the compiler knew it by, or null.</param>
public sealed class SourceLines(Func<string, string?> read)
{
    private readonly Dictionary<string, string[]> _files = [];

    /// <summary>Reads files of this machine; what is not there has no text.</summary>
    public static SourceLines OnDisk { get; } = new(ReadFile);

    /// <summary>The text of a line without its indentation, or nothing.</summary>
    /// <param name="file">The path that the compiler knew the file by; may be empty.</param>
    /// <param name="line">The line, from 1; 0 for none.</param>
    public string Of(string file, int line)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Length == 0 || line < 1)
        {
            return "";
        }

        if (!_files.TryGetValue(file, out string[]? lines))
        {
            _files.Add(file, lines = read(file)?.Split('\n') ?? []);
        }

        return line <= lines.Length ? lines[line - 1].Trim() : "";
    }

    /// <summary>A file of this machine, or null.</summary>
    /// <param name="file">Its path.</param>
    public static string? ReadFile(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
