namespace Testbed.Explorer;

/// <summary>How to run an execution.</summary>
/// <param name="Strategy">Who chooses.</param>
/// <param name="Seed">The exploration's seed.</param>
/// <param name="Execution">The execution's number, from 0.</param>
/// <param name="ExpectedSteps">How many steps execution 0 took; 0 for execution 0.</param>
/// <param name="MaxSteps">How many steps it may take.</param>
/// <param name="Recorder">Takes what happens, or null.</param>
/// <param name="Waits">How often wait loops look.</param>
/// <param name="ReportLeaks">Whether it fails if it leaves something behind.</param>
/// <param name="IsReport">
/// Whether it runs again what has failed, to report it: then it goes on to its end though the hunt is told to stop.
/// </param>
internal readonly record struct ExecutionPlan(
    IStrategy Strategy,
    ulong Seed,
    long Execution,
    int ExpectedSteps,
    int MaxSteps,
    Recorder? Recorder = null,
    WaitRule Waits = WaitRule.TakeTurns,
    bool ReportLeaks = false,
    bool IsReport = false);
