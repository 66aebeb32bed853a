using System.Globalization;
using Testbed.Bugs;
using Xunit;

namespace Testbed.Unit.Bugs;

/// <summary>
/// The pages that commands print are of what there is now: a bug or an operation that comes, goes or changes is missed
/// here until they are printed anew.
/// </summary>
public class PageTests
{
    private const double LeastShareKilled = 0.95;

    private static readonly BugCatalogue s_bugs = BugCatalogue.Embedded();

    [Fact]
    public void The_page_of_known_bugs_has_each_and_no_other()
        => Assert.Equal(
            s_bugs.All.Select(bug => bug.Name).Concat(s_bugs.Absent.Select(bug => bug.Name)).Order(StringComparer.Ordinal),
            Rows("bugs.md").Select(row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_known_bug_is_found_and_left_with_no_more_preemptions_than_it_needs()
        => Assert.All(s_bugs.All, bug =>
        {
            string[] row = Assert.Single(Rows("bugs.md"), row => row[0] == bug.Name);
            (string found, string left, string needed) = (row[4], row[9].Split(" of ")[0], row[10]);
            Assert.Equal(("yes", bug.Preemptions), (found, Number(needed)));
            Assert.True(Number(left) <= bug.Preemptions, $"{bug.Name} is left with {left} preemptions and needs {needed}");
        });

    [Fact]
    public void The_page_of_weakening_has_each_operation_and_no_other()
        => Assert.Equal(
            Weakening.OfCollector.Mutants.Select(mutant => mutant.Id).Order(StringComparer.Ordinal),
            Mutants().Select(row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Of_the_mutants_95_percent_are_killed_and_the_others_survive_for_a_reason()
    {
        SurvivorReasons reasons = SurvivorReasons.Embedded();
        string[] survivors = [.. Mutants().Where(row => row[3] == "survived").Select(row => row[0])];
        Assert.All(survivors, id => Assert.NotNull(reasons.Of(id)));
        int mutants = Mutants().Count();
        double share = (mutants - survivors.Length) / (double)mutants;
        Assert.True(share >= LeastShareKilled, $"{survivors.Length} of {mutants} mutants survive");
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>The rows of the page's last table, which has all mutants; operations may have bars in them.</summary>
    private static IEnumerable<string[]> Mutants()
        => Rows("weaken.md", from: "## All mutants").Select(row => (string[])[.. row[..2], "", .. row[^4..]]);

    /// <summary>The rows of a page's tables that begin with a name, without its quotes.</summary>
    private static IEnumerable<string[]> Rows(string page, string from = "")
    {
        using Stream stream = typeof(PageTests).Assembly.GetManifestResourceStream($"docs/{page}")!;
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd();
        return text[text.IndexOf(from, StringComparison.Ordinal)..]
            .Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line[2..^2].Split(" | "))
            .Select(cells => (string[])[cells[0].Trim('`'), .. cells[1..]]);
    }
}
