using Testbed.Cli;
using Xunit;

namespace Testbed.Unit.Cli;

public class SuggestionTests
{
    private static readonly string[] s_names = ["allg-growth", "stop-the-world", "handoff-getfull", "cas-pair"];

    [Theory]
    [InlineData("allg-grwoth", "allg-growth")]
    [InlineData("ALLG-GROWTH", "allg-growth")]
    [InlineData("getfull", "handoff-getfull")]
    [InlineData("cas-par", "cas-pair")]
    public void The_nearest_name_is_suggested(string given, string expected)
        => Assert.Equal($"; did you mean '{expected}'?", Suggestion.For(given, s_names));

    [Theory]
    [InlineData("")]
    [InlineData("completely-different")]
    public void Nothing_is_suggested_when_nothing_is_near(string given)
        => Assert.Empty(Suggestion.For(given, s_names));
}
