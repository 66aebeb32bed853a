using System.CommandLine;
using Testbed.Bugs;

namespace Testbed.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary><c>--bugs-dir</c>.</summary>
    public static Option<string?> BugsDirectory()
        => new("--bugs-dir")
        {
            Description = "take the known bugs from this folder, one folder a bug, not from the program",
            HelpName = "DIR",
        };

    /// <summary>The bugs that <c>--bugs-dir</c> names, or those of the program.</summary>
    /// <param name="directory">The option's value.</param>
    /// <exception cref="PatchException">They cannot be read.</exception>
    public static BugCatalogue Bugs(string? directory)
        => directory is null ? BugCatalogue.Embedded() : BugCatalogue.Load(directory);
}
