using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli;

/// <summary>The build that a command works on, and the names by which its traces remember it.</summary>
internal sealed class Workbench
{
    private const string BugParameter = "bug";
    private const string PatchParameter = "patch";

    private readonly IReadOnlyList<Scenario> _scenarios;
    private readonly PatchedBuild? _patched;

    private Workbench(IReadOnlyList<Scenario> scenarios, string? bug, string? patch)
    {
        _scenarios = scenarios;
        BugName = bug;
        _patched = patch is null ? null : PatchedBuild.Compile(patch);
        Fingerprint = Cli.Fingerprint.Compute(patch ?? "");
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (bug is not null)
        {
            parameters.Add(BugParameter, bug);
        }

        if (patch is not null)
        {
            // The text itself, so that a trace replays after the bug's diff or the patch file has changed or gone.
            parameters.Add(PatchParameter, patch);
        }

        Parameters = parameters;
    }

    /// <summary>The known bug that the build has, or null.</summary>
    public string? BugName { get; }

    /// <summary>Whether the build is the production build.</summary>
    public bool IsProduction => _patched is null;

    /// <summary>The build's fingerprint.</summary>
    public string Fingerprint { get; }

    /// <summary>What a trace has to remember, to be replayed on the same build.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>The production build.</summary>
    /// <param name="scenarios">The scenarios that there are.</param>
    public static Workbench Production(IReadOnlyList<Scenario> scenarios) => new(scenarios, null, null);

    /// <summary>A build with a known bug.</summary>
    /// <param name="scenarios">The scenarios that there are.</param>
    /// <param name="bug">The bug.</param>
    /// <exception cref="PatchException">The bug's diff does not apply or compile.</exception>
    public static Workbench WithBug(IReadOnlyList<Scenario> scenarios, Bug bug) => new(scenarios, bug.Name, bug.Diff);

    /// <summary>A build with a patch.</summary>
    /// <param name="scenarios">The scenarios that there are.</param>
    /// <param name="patch">The patch's text.</param>
    /// <exception cref="PatchException">It does not apply or compile.</exception>
    public static Workbench WithPatch(IReadOnlyList<Scenario> scenarios, string patch) => new(scenarios, null, patch);

    /// <summary>The build that a trace was recorded with, as far as this program can make it.</summary>
    /// <param name="scenarios">The scenarios that there are.</param>
    /// <param name="parameters">The trace's parameters.</param>
    /// <exception cref="PatchException">The trace's patch does not apply or compile any more.</exception>
    public static Workbench Recorded(
        IReadOnlyList<Scenario> scenarios, IReadOnlyDictionary<string, string> parameters)
        => new(scenarios, parameters.GetValueOrDefault(BugParameter), parameters.GetValueOrDefault(PatchParameter));

    /// <summary>The text of source lines of this build, wherever the program runs.</summary>
    public SourceLines Sources() => new(ReadSource);

    /// <summary>A scenario over this build, on the explorer.</summary>
    /// <param name="name">The scenario's name.</param>
    /// <exception cref="InputException">There is no such scenario.</exception>
    public HuntTarget Target(string name)
    {
        Scenario scenario = _scenarios.FirstOrDefault(entry => entry.Name == name)
            ?? throw new InputException(
                $"there is no scenario '{name}'{Suggestion.For(name, _scenarios.Select(entry => entry.Name))}"
                + " ('testbed list' shows all)");
        Action body = _patched is null ? scenario.Run<ExplorerSync> : _patched.Body<ExplorerSync>(name);
        return new HuntTarget(name, scenario.IsCanary, scenario.Interesting, body);
    }

    /// <summary>The patched text, or what the program was built with, or a file of this machine.</summary>
    private string? ReadSource(string file)
    {
        string path = file.Replace('\\', '/').TrimStart('.', '/');
        return _patched?.SourceOf(path) ?? EmbeddedSource.Read(path) ?? SourceLines.ReadFile(file);
    }
}
