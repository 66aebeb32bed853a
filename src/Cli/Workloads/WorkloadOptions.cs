using Testbed.Cli.Heaps;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>What a run of a workload was asked for; what was not given has a default of the workload's own.</summary>
internal sealed record WorkloadOptions
{
    /// <summary>What the world is made with.</summary>
    public required WorldOptions World { get; init; }

    /// <summary>Where the workload's random numbers start.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How many goroutines share the work; null for the workload's default.</summary>
    public int? Goroutines { get; init; }

    /// <summary>How deep trees are; null for the workload's default.</summary>
    public int? Depth { get; init; }

    /// <summary>How many elements there are; null for the workload's default.</summary>
    public int? Size { get; init; }

    /// <summary>How many rounds there are; null for the workload's default.</summary>
    public int? Iterations { get; init; }

    /// <summary>How many goroutines with live frames wait while the work is done.</summary>
    public int Parked { get; init; }

    /// <summary>The file or folder to read, if the workload reads one; null for the program's own text.</summary>
    public string? Input { get; init; }

    /// <summary>Where the heap is dumped to; null for nowhere.</summary>
    public HeapDumpTarget? HeapDump { get; init; }

    /// <summary>Whether the pauses that are remembered are shown.</summary>
    public bool Pauses { get; init; }

    /// <summary>Whether the whole heap is checked after each collection.</summary>
    public bool Verify { get; init; }
}
