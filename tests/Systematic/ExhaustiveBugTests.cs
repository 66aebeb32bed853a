using Testbed.Bugs;
using Testbed.Explorer;
using Xunit;

namespace Testbed.Systematic;

/// <summary>
/// The exhaustive strategy finds seeded defects at the small configuration that a proof of their protocol runs: those
/// that it comes to soon. docs/proofs.md has them all.
/// </summary>
public class ExhaustiveBugTests
{
    /// <summary>Twice as many as the slowest of them needs.</summary>
    private const int ExecutionsMax = 400;

    [Theory]
    [InlineData("allg-add-without-lock")]
    [InlineData("allg-count-before-array")]
    [InlineData("allg-freed-under-reader")]
    [InlineData("entersyscall-ignores-stop")]
    [InlineData("getfull-counts-idle-early")]
    [InlineData("idle-count-racy")]
    [InlineData("list-without-tag")]
    [InlineData("parfor-done-after-steal")]
    [InlineData("stop-forgets-idle")]
    [InlineData("waiters-get-no-processor")]
    public void A_seeded_defect_is_found_at_the_small_configuration(string name)
    {
        Bug bug = BugCatalogue.Embedded().Find(name)!;
        string scenario = bug.SmallScenario ?? bug.Scenario + "-small";
        var options = new ExplorationOptions
        {
            Strategy = Strategies.Exhaustive,
            MaxExecutions = ExecutionsMax,
            Shrink = false,
        };
        ExplorationResult result =
            new Exploration(scenario, PatchedBuild.Compile(bug.Diff).Body<ExplorerSync>(scenario), options)
                .Run(cancel: TestContext.Current.CancellationToken);
        Failure failure = Assert.Single(result.Failures);
        Assert.Contains(KebabCase.Of(failure.Kind), bug.Expected);
    }
}
