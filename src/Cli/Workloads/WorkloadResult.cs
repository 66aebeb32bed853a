using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>What a run of a workload found.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Sizes">How big it was.</param>
/// <param name="Completed">False if it was told to end early.</param>
/// <param name="Checks">The results that there were by the end, each equal to what it must be.</param>
/// <param name="Lines">What the workload's published version prints.</param>
/// <param name="Statistics">The world at the end.</param>
/// <param name="Watch">The collections.</param>
/// <param name="Use">What it took of the machine.</param>
/// <param name="Pauses">How long each of the last collections took, in nanoseconds, newest first.</param>
/// <param name="Elapsed">How long it took, checks of the heap included.</param>
internal sealed record WorkloadResult(
    string Workload,
    WorkloadSizes Sizes,
    bool Completed,
    IReadOnlyList<Check> Checks,
    IReadOnlyList<string> Lines,
    WorldStatistics Statistics,
    CollectionWatch Watch,
    ResourceUse Use,
    IReadOnlyList<long> Pauses,
    TimeSpan Elapsed);
