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

    private static string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);
}
