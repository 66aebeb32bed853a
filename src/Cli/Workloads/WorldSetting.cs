using System.Globalization;
using System.Text.Json;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>A capacity of the world that <c>--set NAME=VALUE</c> changes, and a soak chooses.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Soak">Values that a soak takes: small ones, so that boundaries are met, beside the default.</param>
/// <param name="Read">Its value.</param>
/// <param name="Apply">Changes it.</param>
internal sealed record WorldSetting(
    string Name, IReadOnlyList<int> Soak, Func<WorldOptions, long> Read, Func<WorldOptions, int, WorldOptions> Apply)
{
    /// <summary>All that can be set.</summary>
    public static IReadOnlyList<WorldSetting> All { get; } =
    [
        new(
            "page-bytes",
            [512, 1024, 4096, 8192],
            options => options.PageBytes,
            (options, value) => options with { PageBytes = value }),
        new(
            "heap-grow-bytes",
            [1, 1 << 16, 1 << 20],
            options => options.HeapGrowBytes,
            (options, value) => options with { HeapGrowBytes = value }),
        new(
            "max-small-size",
            [64, 1024, 32 << 10],
            options => options.MaxSmallSize,
            (options, value) => options with { MaxSmallSize = value }),
        new(
            "first-trigger-bytes",
            [1 << 12, 1 << 18, 4 << 20],
            options => options.FirstTriggerBytes,
            (options, value) => options with { FirstTriggerBytes = value }),
        new(
            "types-per-byte-table",
            [2, 8],
            options => options.TypesPerByteTable,
            (options, value) => options with { TypesPerByteTable = value }),
        new(
            "work-buffer-length",
            [2, 3, 8, 339],
            options => options.WorkBufferLength,
            (options, value) => options with { WorkBufferLength = value }),
        new(
            "work-buffers-per-chunk",
            [1, 4, 128],
            options => options.WorkBuffersPerChunk,
            (options, value) => options with { WorkBuffersPerChunk = value }),
        new(
            "handoff-threshold",
            [1, 4, 64],
            options => options.HandoffThreshold,
            (options, value) => options with { HandoffThreshold = value }),
        new(
            "list-tag-bits",
            [17],
            options => options.ListTagBits,
            (options, value) => options with { ListTagBits = value }),
        new(
            "prefetch-depth",
            [0, 1, 4, 16],
            options => options.PrefetchDepth,
            (options, value) => options with { PrefetchDepth = value }),
        new(
            "first-goroutine-capacity",
            [1, 3, 512],
            options => options.FirstGoroutineCapacity,
            (options, value) => options with { FirstGoroutineCapacity = value }),
        new(
            "stack-segment-words",
            [4, 7, 32],
            options => options.StackSegmentWords,
            (options, value) => options with { StackSegmentWords = value }),
        new(
            "run-queue-length",
            [2, 4, 256],
            options => options.RunQueueLength,
            (options, value) => options with { RunQueueLength = value }),
        new(
            "fair-turn",
            [1, 3, 61],
            options => options.FairTurn,
            (options, value) => options with { FairTurn = value }),
        new(
            "steal-tries-per-worker",
            [1, 4],
            options => options.StealTriesPerWorker,
            (options, value) => options with { StealTriesPerWorker = value }),
        new(
            "root-jobs-per-worker",
            [0, 1, 32],
            options => options.RootJobsPerWorker,
            (options, value) => options with { RootJobsPerWorker = value }),
        new(
            "pause-history-length",
            [256],
            options => options.PauseHistoryLength,
            (options, value) => options with { PauseHistoryLength = value }),
    ];

    /// <summary>What the command line calls a member of <see cref="WorldOptions"/>.</summary>
    /// <param name="member">The member's name.</param>
    public static string NameOf(string member) => member switch
    {
        nameof(WorldOptions.Processors) => "--processors",
        nameof(WorldOptions.MaxGcWorkers) => "--workers",
        nameof(WorldOptions.ArenaBytes) => "--heap",
        _ => "--set " + JsonNamingPolicy.KebabCaseLower.ConvertName(member),
    };

    /// <summary>Changes options as a <c>NAME=VALUE</c> says.</summary>
    /// <param name="options">The options.</param>
    /// <param name="assignment">What the command line says.</param>
    /// <exception cref="InputException">It is not of that form, or there is no such name.</exception>
    public static WorldOptions Assign(WorldOptions options, string assignment)
    {
        string[] parts = assignment.Split('=');
        if (parts.Length != 2
            || !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            throw new InputException($"--set {assignment}: must be NAME=NUMBER");
        }

        WorldSetting? setting = All.FirstOrDefault(entry => entry.Name == parts[0]);
        return setting is not null
            ? setting.Apply(options, value)
            : throw new InputException(
                $"--set {assignment}: there is no '{parts[0]}'"
                + Suggestion.For(parts[0], All.Select(entry => entry.Name)));
    }
}
