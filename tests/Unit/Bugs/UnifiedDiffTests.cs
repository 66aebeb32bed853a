using Testbed.Bugs;
using Xunit;

namespace Testbed.Unit.Bugs;

public class UnifiedDiffTests
{
    private const string Path = "src/Collector/A.cs";

    private const string Change =
        """
        diff --git a/src/Collector/A.cs b/src/Collector/A.cs
        index 1111111..2222222 100644
        --- a/src/Collector/A.cs
        +++ b/src/Collector/A.cs
        @@ -2,3 +2,4 @@ a heading
         two
        -three
        +drei
        +und mehr
         four

        """;

    [Fact]
    public void A_change_replaces_its_lines()
        => Assert.Equal("one\ntwo\ndrei\nund mehr\nfour\nfive\n", Apply(Change, "one\ntwo\nthree\nfour\nfive\n"));

    [Fact]
    public void Lines_that_moved_are_found()
        => Assert.Equal("0\n0\none\ntwo\ndrei\nund mehr\nfour\n", Apply(Change, "0\n0\none\ntwo\nthree\nfour\n"));

    [Fact]
    public void Line_ends_of_either_kind_match()
        => Assert.Equal("one\ntwo\ndrei\nund mehr\nfour\n", Apply(Change, "one\r\ntwo\r\nthree\r\nfour\r\n"));

    [Fact]
    public void Later_hunks_move_with_what_earlier_ones_added()
    {
        const string twoHunks =
            """
            --- a/src/Collector/A.cs
            +++ b/src/Collector/A.cs
            @@ -1 +1,3 @@
            +new
            +newer
             x
            @@ -3,2 +5 @@
             x
            -x

            """;
        Assert.Equal("new\nnewer\nx\nx\nx\nx\n", Apply(twoHunks, "x\nx\nx\nx\nx\n"));
    }

    [Fact]
    public void A_file_is_created_and_deleted()
    {
        const string text =
            """
            --- /dev/null
            +++ b/src/Collector/B.cs
            @@ -0,0 +1,2 @@
            +first
            +second
            --- a/src/Collector/A.cs
            +++ /dev/null
            @@ -1 +0,0 @@
            -gone

            """;
        IReadOnlyDictionary<string, string> after =
            UnifiedDiff.Parse(text).Apply(new Dictionary<string, string> { [Path] = "gone\n" });
        KeyValuePair<string, string> file = Assert.Single(after);
        Assert.Equal("src/Collector/B.cs", file.Key);
        Assert.Equal("first\nsecond\n", file.Value);
    }

    [Fact]
    public void Context_that_differs_is_named_with_file_hunk_and_line()
    {
        PatchException failure =
            Assert.Throws<PatchException>(() => Apply(Change, "one\ntwo\nDREI\nfour\nfive\n"));
        Assert.Equal(
            "src/Collector/A.cs: hunk 1 of 1 does not apply: line 3 should be 'three', but is 'DREI'", failure.Message);
    }

    [Fact]
    public void Blanks_at_the_start_of_a_line_matter()
        => Assert.Throws<PatchException>(() => Apply(Change, "one\ntwo\n  three\nfour\n"));

    [Fact]
    public void Two_places_that_fit_are_refused()
    {
        PatchException failure = Assert.Throws<PatchException>(
            () => Apply(Change, "0\n0\n0\n0\ntwo\nthree\nfour\ntwo\nthree\nfour\n"));
        Assert.Contains("both at line 5 and at line 8", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_too_far_away_is_refused()
    {
        string far = string.Concat(Enumerable.Repeat("0\n", DiffHunk.MaxOffset + 2)) + "two\nthree\nfour\n";
        Assert.Throws<PatchException>(() => Apply(Change, far));
        Assert.Contains("drei", Apply(Change, far["0\n".Length..]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        PatchException failure = Assert.Throws<PatchException>(
            () => UnifiedDiff.Parse(Change).Apply(new Dictionary<string, string>()));
        Assert.StartsWith("src/Collector/A.cs: there is no such file", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no '---' line")]
    [InlineData("hello\nworld\n", "no '---' line")]
    [InlineData("@@ -1 +1 @@\n-a\n+b\n", "line 1 of the patch: a hunk without")]
    [InlineData("--- a/x\n", "line 2 of the patch: expected a line that starts with '+++'")]
    [InlineData("--- a/x\n+++ b/x\n", "the file has no hunk")]
    [InlineData("--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "renames are not supported")]
    [InlineData("--- a/x\n+++ b/x\n@@ nonsense @@\n-a\n+b\n", "line 3 of the patch: not a hunk header")]
    [InlineData("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n", "the patch ends inside a hunk")]
    [InlineData("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n-a\n+b\n", "more lines than its header says")]
    [InlineData("--- a/x\n+++ b/x\n@@ -1 +1 @@\n*a\n+b\n", "line 4 of the patch: expected a line that starts")]
    [InlineData("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "/dev/null")]
    [InlineData("rename from a\nrename to b\n", "renames, copies")]
    [InlineData("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n", "twice")]
    public void What_is_no_diff_is_refused(string text, string message)
    {
        PatchException failure = Assert.Throws<PatchException>(() => UnifiedDiff.Parse(text));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private static string Apply(string diff, string text)
        => UnifiedDiff.Parse(diff).Apply(new Dictionary<string, string> { [Path] = text })[Path];
}
