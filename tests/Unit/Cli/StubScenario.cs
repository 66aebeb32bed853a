using Testbed.Models;
using Testbed.Sync;

namespace Testbed.Unit.Cli;

/// <summary>A scenario that always does the same.</summary>
internal sealed class StubScenario(string name, bool isCanary, Action body, string? bounds = null)
    : Scenario
{
    public const string Message = "expected [one], found two";

    public override string Name => name;

    public override string Summary => "a stub";

    public override bool IsCanary => isCanary;

    public override string? Bounds => bounds;

    public static StubScenario Small(string name, Action? body = null) => new(name, false, body ?? (() => { }), "a bound");

    public static StubScenario SmallFails(string name) => Small(name, Fail);

    public static StubScenario Passes(string name = "passes") => new(name, false, () => { });

    public static StubScenario Fails(string name = "fails") => new(name, false, Fail);

    public static StubScenario Canary() => new("canary", true, Fail);

    public static StubScenario SilencedCanary() => new("canary", true, () => { });

    public override void Run<TSync>() => body();

    private static void Fail() => throw new OracleException(Message);
}
