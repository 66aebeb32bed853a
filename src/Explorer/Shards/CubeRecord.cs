namespace Testbed.Explorer;

/// <summary>What came of a part of an exhaustive search that was explored to its end.</summary>
/// <param name="Number">Which part, from 0.</param>
/// <param name="Executions">Executions that ended.</param>
/// <param name="Blocked">Executions that were cut short, since others stand for them.</param>
/// <param name="Steps">Steps of all of them together.</param>
/// <param name="Depth">The most steps that one had.</param>
/// <param name="IsCut">Whether something was left out because of the bound on preemptions.</param>
public sealed record CubeRecord(int Number, long Executions, long Blocked, long Steps, int Depth, bool IsCut);
