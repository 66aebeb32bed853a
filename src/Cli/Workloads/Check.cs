namespace Testbed.Cli.Workloads;

/// <summary>A result of a workload that is known beforehand.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What the run computed from the heap.</param>
internal sealed record Check(string Name, long Value);
