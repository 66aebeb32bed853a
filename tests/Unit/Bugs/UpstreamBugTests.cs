using System.Text.RegularExpressions;
using Testbed.Bugs;
using Xunit;

namespace Testbed.Unit.Bugs;

/// <summary>
/// The catalogue has each bug of the original runtime that shows under interleavings of locks and atomics: as a diff that
/// brings it back, or as a reason why nothing can.
/// </summary>
public class UpstreamBugTests
{
    private const int LeastLive = 45;

    private static readonly BugCatalogue s_bugs = BugCatalogue.Embedded();

    /// <summary>What the original commit brought, and its first repair would have.</summary>
    [Theory]
    [InlineData("42669", 4)]
    [InlineData("cecca43804", 1)]
    public void What_the_original_commit_brought_is_there(string reference, int count)
        => Assert.True(Live(reference) >= count, $"{Live(reference)} bugs are {reference}");

    /// <summary>What was wrong before it, and still with it.</summary>
    [Theory]
    [InlineData("0a7c7ac80e")]
    [InlineData("17442")]
    [InlineData("4ff45821ae")]
    [InlineData("12199")]
    [InlineData("10618")]
    [InlineData("40459")]
    [InlineData("62a4359e2e")]
    [InlineData("5fce15a2a3")]
    [InlineData("5139")]
    [InlineData("15051")]
    [InlineData("10958")]
    [InlineData("5348")]
    [InlineData("9576")]
    [InlineData("d3be3daafe")]
    [InlineData("16631")]
    [InlineData("3c2a21ff13")]
    [InlineData("23098")]
    [InlineData("9d36163c0b")]
    [InlineData("8687")]
    [InlineData("9186")]
    [InlineData("8287")]
    public void What_was_wrong_before_is_there(string reference) => RequireThere(reference);

    /// <summary>What had been repaired by then.</summary>
    [Theory]
    [InlineData("94fab3cad3")]
    [InlineData("7099")]
    [InlineData("7126")]
    [InlineData("dbcfed93e7")]
    [InlineData("902911bcff")]
    [InlineData("94dc963b55")]
    [InlineData("4eb17ecd1f")]
    [InlineData("5887f142a3")]
    [InlineData("6193")]
    [InlineData("4869")]
    [InlineData("5554")]
    [InlineData("6946")]
    [InlineData("6070")]
    [InlineData("573d25a423")]
    [InlineData("9ad236ab72")]
    [InlineData("9ba551bb87")]
    [InlineData("3954")]
    [InlineData("5486")]
    [InlineData("5443")]
    [InlineData("d151fb9e20")]
    public void What_had_been_repaired_is_there(string reference) => RequireThere(reference);

    /// <summary>What later changes to the same protocols brought.</summary>
    [Theory]
    [InlineData("d6d7170de4")]
    [InlineData("8299")]
    [InlineData("f8e4a2ef94")]
    [InlineData("0da73b9f07")]
    [InlineData("7533")]
    [InlineData("7544")]
    [InlineData("e9445547b6")]
    [InlineData("7430")]
    [InlineData("a0dbbeae67")]
    [InlineData("42486ffc5d")]
    [InlineData("9aa7d136f5")]
    [InlineData("373e1e94d8")]
    [InlineData("7922")]
    [InlineData("9225")]
    [InlineData("9321")]
    [InlineData("10098")]
    [InlineData("26903")]
    [InlineData("19112")]
    [InlineData("13645")]
    [InlineData("7de15e362b")]
    [InlineData("20903")]
    [InlineData("d3836aba31")]
    [InlineData("54596")]
    [InlineData("71de7e7539")]
    [InlineData("bfeda9188a")]
    public void What_came_later_is_there(string reference) => RequireThere(reference);

    [Theory]
    [InlineData("(i)")]
    [InlineData("(ii)")]
    [InlineData("(iii)")]
    [InlineData("(iv)")]
    [InlineData("(v)")]
    [InlineData("(vi)")]
    public void Each_fact_that_makes_the_flush_of_the_caches_harmless_is_broken(string fact)
        => Assert.Contains(s_bugs.All, bug => bug.Origin.Contains($"fact {fact} ", StringComparison.Ordinal));

    [Fact]
    public void Most_of_them_can_be_brought_back()
        => Assert.True(
            s_bugs.All.Count(bug => bug.Origin.StartsWith("golang/go", StringComparison.Ordinal)) >= LeastLive);

    private static void RequireThere(string reference)
        => Assert.True(
            Live(reference) > 0 || s_bugs.Absent.Any(bug => Names(bug.Origin, reference)), $"no bug is {reference}");

    private static int Live(string reference) => s_bugs.All.Count(bug => Names(bug.Origin, reference));

    /// <summary>Whether an origin names a commit or an issue, and not just one whose number begins like it.</summary>
    private static bool Names(string origin, string reference) => Regex.IsMatch(origin, $@"\b{reference}\b");
}
