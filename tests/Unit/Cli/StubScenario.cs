using Testbed.Models;
using Testbed.Sync;

namespace Testbed.Unit.Cli;

/// <summary>A scenario that always does the same.</summary>
internal sealed class StubScenario(string name, bool isCanary, Action body) : Scenario
{
    public const string Message = "expected [one], found two";

    public override string Name => name;

    public override string Summary => "a stub";

    public override bool IsCanary => isCanary;

    public static StubScenario Passes(string name = "passes") => new(name, false, () => { });

    public static StubScenario Fails(string name = "fails") => new(name, false, Fail);

    public static StubScenario Canary() => new("canary", true, Fail);

    public static StubScenario SilencedCanary() => new("canary", true, () => { });

    public override void Run<TSync>() => body();

    private static void Fail() => throw new OracleException(Message);
}
