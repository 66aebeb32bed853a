using System.Diagnostics;
using System.Threading;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Cli.Workloads;

/// <summary>Runs the workloads with random options, each heap checked, until time is up.</summary>
/// <param name="seed">Where the random options start: the same seed gives the same runs.</param>
internal sealed class Soak(long seed)
{
    private static readonly int[] s_processors = [1, 2, 3, 4, 8];
    private static readonly int[] s_workers = [1, 2, 3, 8];
    private static readonly int[] s_gcPercents = [20, 50, 100, 200, 800];
    private static readonly int[] s_goroutines = [1, 2, 5, 16, 64];

    private readonly SeededRandom _random = new(seed, 0);

    /// <summary>How many runs have ended.</summary>
    public int Runs { get; private set; }

    /// <summary>How many collections they had.</summary>
    public long Collections { get; private set; }

    /// <summary>Runs at least once, then until time is up or a run fails.</summary>
    /// <param name="duration">For how long; the run that is under way then goes on to its end.</param>
    /// <param name="log">Where the command of each run goes before it starts, so that it can be run again.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="OracleException">A heap or result is wrong; the last command in the log shows it.</exception>
    /// <exception cref="CorruptionException">The collector found an invariant of its own broken; likewise.</exception>
    public void Run(TimeSpan duration, TextWriter log, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            (Workload workload, WorkloadOptions options, string command) = Choose();
            log.WriteLine(command);
            log.Flush();
            WorkloadResult result = WorkloadRunner.Run(workload, options, trace: null, cancel);
            Runs++;
            Collections += result.Statistics.Collections;
        }
        while (Stopwatch.GetElapsedTime(start) < duration && !cancel.IsCancellationRequested);
    }

    private (Workload Workload, WorkloadOptions Options, string Command) Choose()
    {
        Workload workload = OneOf(WorkloadRunner.All);
        WorkloadSizes defaults = workload.Defaults;
        var options = new WorkloadOptions
        {
            World = new WorldOptions
            {
                Processors = OneOf(s_processors),
                MaxGcWorkers = OneOf(s_workers),
                GcPercent = OneOf(s_gcPercents),
                RootStrategy = OneOf(Enum.GetValues<RootStrategy>()),
            },
            Verify = true,
            Seed = _random.Next(1_000_000),
            Goroutines = OneOf(s_goroutines),
            Depth = defaults.Depth is null ? null : 6 + _random.Next(7),
            Size = defaults.Size is null ? null : 1 + _random.Next(1 << (4 + _random.Next(6))),
            Iterations = defaults.Iterations is null ? null : 1 + _random.Next(4),
        };
        string command = $"testbed run {workload.Name} --verify --seed {options.Seed} --goroutines {options.Goroutines}"
            + Argument("--depth", options.Depth)
            + Argument("--size", options.Size)
            + Argument("--iterations", options.Iterations)
            + $" --processors {options.World.Processors} --workers {options.World.MaxGcWorkers}"
            + $" --gc-percent {options.World.GcPercent}"
            + (options.World.RootStrategy == RootStrategy.Collected ? " --root-strategy collected" : "");
        WorldOptions world = options.World;
        foreach (WorldSetting setting in WorldSetting.All)
        {
            int value = OneOf(setting.Soak);
            world = setting.Apply(world, value);
            command += $" --set {setting.Name}={value}";
        }

        return (workload, options with { World = world }, command);
    }

    private static string Argument(string name, int? value) => value is null ? "" : $" {name} {value}";

    private T OneOf<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];
}
