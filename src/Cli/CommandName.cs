using System.CommandLine;

namespace Testbed.Cli;

/// <summary>How a shell in the current folder calls this very program.</summary>
internal static class CommandName
{
    private const string Tool = "testbed";

    /// <summary>Finds out.</summary>
    public static string Find()
    {
        string? program = Environment.ProcessPath;
        if (program is null)
        {
            return Tool;
        }

        if (Path.GetFileNameWithoutExtension(program) != Tool)
        {
            // Under a host: dotnet path/to/testbed.dll.
            return $"{Path.GetFileNameWithoutExtension(program)} {Relative(Environment.GetCommandLineArgs()[0])}";
        }

        string[] searched = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return searched.Contains(Path.GetDirectoryName(program)) ? Tool : Relative(program);
    }

    /// <summary>The command as it was typed, by the program's own name: for pages that say what printed them.</summary>
    /// <param name="result">What was typed.</param>
    public static string Typed(ParseResult result)
        => $"{Tool} {string.Join(' ', result.Tokens.Select(token => token.Value))}";

    private static string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);
}
