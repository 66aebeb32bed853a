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

    /// <summary>The bug of that name.</summary>
    /// <param name="bugs">The bugs that there are.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static Bug Find(BugCatalogue bugs, string name)
        => bugs.Find(name) ?? throw new InputException(
            $"there is no bug '{name}'{Suggestion.For(name, bugs.All.Select(bug => bug.Name))} ('testbed list' shows all)");
}
