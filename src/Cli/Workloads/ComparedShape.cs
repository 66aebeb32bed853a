namespace Testbed.Cli.Workloads;

/// <summary>A shape of a workload in which the ways to find roots are compared.</summary>
/// <param name="Name">What it has many of.</param>
/// <param name="Apply">Changes what was asked for, so that a run has this shape.</param>
internal sealed record ComparedShape(string Name, Func<WorkloadOptions, WorkloadOptions> Apply);
