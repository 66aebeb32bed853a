namespace Testbed.Bugs;

/// <summary>A known defect: a change to the production sources that a hunt must find.</summary>
/// <param name="Name">What the command line calls it: lower case, words parted by hyphens.</param>
/// <param name="Summary">One line: what the change does.</param>
/// <param name="Story">The interleaving that goes wrong, in words.</param>
/// <param name="Scenario">The scenario that finds it.</param>
/// <param name="Expected">The kinds of failure that it may show as, in the form of traces (<c>use-after-free</c>).</param>
/// <param name="Origin">Where it comes from: a commit or issue of the original runtime, or the idea behind it.</param>
public sealed record Bug(
    string Name, string Summary, string Story, string Scenario, IReadOnlyList<string> Expected, string Origin)
{
    /// <summary>
    /// How many preemptions the interleaving of <see cref="Story"/> needs, counted by hand; null if nobody has.
    /// </summary>
    public int? Preemptions { get; init; }

    /// <summary>
    /// The scenario in which the exhaustive strategy finds it, where that is not the small one of
    /// <see cref="Scenario"/>'s name; else null.
    /// </summary>
    public string? SmallScenario { get; init; }

    /// <summary>The unified diff against the sources.</summary>
    public string Diff { get; internal init; } = "";
}
