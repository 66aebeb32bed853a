using Testbed.Bugs;
using Xunit;

namespace Testbed.Unit.Bugs;

public sealed class BugCatalogueTests : IDisposable
{
    private const string Json =
        """
        {
          "name": "drop-a-lock", "summary": "s", "story": "t", "scenario": "allg-growth",
          "expected": ["oracle", "use-after-free"], "origin": "none"
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("testbed-bugs").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_bug_of_the_program_applies_to_its_sources()
    {
        foreach (Bug bug in BugCatalogue.Embedded().All)
        {
            Assert.NotEmpty(UnifiedDiff.Parse(bug.Diff).Apply(PatchedBuild.Sources));
        }
    }

    [Fact]
    public void A_folder_of_bugs_is_read()
    {
        Add("drop-a-lock", Json, "the diff");
        Bug bug = Assert.Single(BugCatalogue.Load(_folder).All);
        Assert.Equal("allg-growth", bug.Scenario);
        Assert.Equal(["oracle", "use-after-free"], bug.Expected);
        Assert.Equal("the diff", bug.Diff);
    }

    [Fact]
    public void Bugs_are_found_by_name()
    {
        Add("drop-a-lock", Json, "");
        BugCatalogue bugs = BugCatalogue.Load(_folder);
        Assert.NotNull(bugs.Find("drop-a-lock"));
        Assert.Null(bugs.Find("drop"));
    }

    [Theory]
    [InlineData("{", "malformed")]
    [InlineData("null", "malformed")]
    [InlineData("""{ "name": "x" }""", "malformed")]
    [InlineData("""{ "name": "x", "unknown": 1 }""", "malformed")]
    [InlineData(Json, "folder and name must agree")]
    public void A_malformed_description_is_named(string json, string message)
    {
        Add("x", json, "");
        PatchException failure = Assert.Throws<PatchException>(() => BugCatalogue.Load(_folder));
        Assert.StartsWith("bug 'x': ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_diff_is_named()
    {
        Add("drop-a-lock", Json, diff: null);
        PatchException failure = Assert.Throws<PatchException>(() => BugCatalogue.Load(_folder));
        Assert.Equal("bug 'drop-a-lock': bug.diff is missing beside bug.json", failure.Message);
    }

    [Fact]
    public void A_bug_that_cannot_arise_needs_no_diff_and_is_not_hunted()
    {
        Add("drop-a-lock", Json, "");
        AddAbsent("gone", """{ "name": "gone", "summary": "s", "origin": "o", "cannotArise": "why" }""");
        BugCatalogue bugs = BugCatalogue.Load(_folder);
        Assert.Equal("why", Assert.Single(bugs.Absent).CannotArise);
        Assert.Equal("drop-a-lock", Assert.Single(bugs.All).Name);
        Assert.Null(bugs.Find("gone"));
    }

    [Theory]
    [InlineData("""{ "name": "gone", "summary": "s", "origin": "o" }""", "malformed")]
    [InlineData("""{ "name": "x", "summary": "s", "origin": "o", "cannotArise": "why" }""", "folder and name must agree")]
    public void A_malformed_reason_is_named(string json, string message)
    {
        AddAbsent("gone", json);
        PatchException failure = Assert.Throws<PatchException>(() => BugCatalogue.Load(_folder));
        Assert.StartsWith("bug 'gone': absent.json ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named()
        => Assert.Throws<PatchException>(() => BugCatalogue.Load(Path.Combine(_folder, "none")));

    private void AddAbsent(string name, string json)
    {
        DirectoryInfo bug = Directory.CreateDirectory(Path.Combine(_folder, name));
        File.WriteAllText(Path.Combine(bug.FullName, "absent.json"), json);
    }

    private void Add(string name, string json, string? diff)
    {
        DirectoryInfo bug = Directory.CreateDirectory(Path.Combine(_folder, name));
        File.WriteAllText(Path.Combine(bug.FullName, "bug.json"), json);
        if (diff is not null)
        {
            File.WriteAllText(Path.Combine(bug.FullName, "bug.diff"), diff);
        }
    }
}
