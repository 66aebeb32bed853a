using Testbed.Explorer;
using Xunit;

namespace Testbed.Unit.Explorer.Samplers;

/// <summary>No execution has more preemptions than were asked for.</summary>
public class PreemptionBoundedTests
{
    [Fact]
    public void Without_preemptions_nothing_is_found_that_needs_one()
        => Programs.Passes(Programs.LostUpdate, Bounded(0) with { MaxExecutions = 1_000 });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_failure_has_at_most_so_many(int bound)
    {
        Failure failure = Programs.Fails(FailureKind.Oracle, Programs.LostUpdate, Bounded(bound));
        Assert.InRange(failure.Preemptions, 1, bound);
    }

    private static ExplorationOptions Bounded(int preemptions)
        => new() { Strategy = "preemption-bounded", Preemptions = preemptions, Shrink = false };
}
