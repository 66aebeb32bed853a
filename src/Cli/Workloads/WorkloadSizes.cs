namespace Testbed.Cli.Workloads;

/// <summary>How big a run is. A size that a workload does not have is null.</summary>
/// <param name="Goroutines">How many goroutines share the work.</param>
/// <param name="Depth">How deep trees are.</param>
/// <param name="Size">How many elements there are.</param>
/// <param name="Iterations">How many rounds there are.</param>
internal sealed record WorkloadSizes(int Goroutines, int? Depth, int? Size, int? Iterations);
