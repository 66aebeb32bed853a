using System.Diagnostics;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>Runs workloads, each in a world of its own.</summary>
internal static class WorkloadRunner
{
    /// <summary>All workloads.</summary>
    public static IReadOnlyList<Workload> All { get; } = [new GcBench(), new BinaryTrees(), new Splay(), new Garbage(), new Parked()];

    /// <summary>Runs a workload to its end, or until it is told to end.</summary>
    /// <param name="workload">Which.</param>
    /// <param name="options">How.</param>
    /// <param name="trace">Where a line a collection goes; null for nowhere.</param>
    /// <param name="cancel">Ends it early, in an orderly way.</param>
    /// <exception cref="InputException">An option or an input is wrong, or the heap is too small.</exception>
    /// <exception cref="Sync.OracleException">The heap or a result is not what it must be.</exception>
    /// <exception cref="CorruptionException">The collector found an invariant of its own broken.</exception>
    public static WorkloadResult Run(
        Workload workload, WorkloadOptions options, TextWriter? trace, CancellationToken cancel)
    {
        WorkloadSizes sizes = SizesOf(workload, options);
        var watch = new CollectionWatch();
        using NativeWorld world = CreateWorld(
            options.World with { Observer = watch, GcTrace = trace is null ? null : trace.WriteLine });
        if (options.Verify)
        {
            watch.Verify(world);
        }

        if (options.HeapDump is { } dump)
        {
            dump.RequireWritable();
            watch.Dump(world, dump);
        }

        var run = new WorkloadRun(world, sizes, options, cancel);
        Func<NativeGoroutine, GoroutineTask> body = workload.Prepare(run);
        if (options.Parked > 0)
        {
            body = BesideParked(run, body);
        }

        WorldStatistics statistics = default;
        IReadOnlyList<long> pauses = [];
        ResourceUse use = default;
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        bool completed = false;
        long start = Stopwatch.GetTimestamp();
        try
        {
            world.Run(async goroutine =>
            {
                await WorkloadRun.UntilCanceled(goroutine, body);
                completed = !cancel.IsCancellationRequested;
                statistics = goroutine.ReadStatistics();
                TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuBefore;
                MemoryStatistics memory = goroutine.ReadMemoryStatistics();
                use = new ResourceUse(cpu, Environment.WorkingSet, memory.System);
                pauses = memory.Pauses;
            });
        }
        catch (HeapExhaustedException failure)
        {
            throw new InputException(
                $"{workload.Name} needs a larger heap than --heap allows: {failure.Message}", failure);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new WorkloadResult(
            workload.Name, sizes, completed, run.Checks, run.Lines, statistics, watch, use, pauses, elapsed);
    }

    /// <summary>A body that runs while other goroutines are parked.</summary>
    private static Func<NativeGoroutine, GoroutineTask> BesideParked(
        WorkloadRun run, Func<NativeGoroutine, GoroutineTask> body)
    {
        var parked = new ParkedGoroutines(run.World);
        int count = run.Options.Parked;
        return async goroutine =>
        {
            GoroutineHandle work = WorkloadRun.Go(goroutine, async worker =>
            {
                while (parked.Started < count)
                {
                    await worker.Yield();
                }

                await body(worker);
            });
            GoroutineHandle[] all = parked.Start(goroutine, count, work);
            await goroutine.Join(work);
            foreach (GoroutineHandle handle in all)
            {
                await goroutine.Join(handle);
            }

            run.Expect("parked goroutines whose objects are whole", parked.Whole, count);
        };
    }

    private static WorkloadSizes SizesOf(Workload workload, WorkloadOptions options)
    {
        WorkloadSizes defaults = workload.Defaults;
        return new WorkloadSizes(
            options.Goroutines ?? defaults.Goroutines,
            options.Depth ?? defaults.Depth,
            options.Size ?? defaults.Size,
            options.Iterations ?? defaults.Iterations);
    }

    private static NativeWorld CreateWorld(WorldOptions options)
    {
        try
        {
            return new NativeWorld(options);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw new InputException(
                $"{WorldSetting.NameOf(failure.ParamName!)} {failure.ActualValue}: {Reason(failure)}", failure);
        }
        catch (OutOfMemoryException failure)
        {
            throw new InputException($"the system does not give {options.ArenaBytes} bytes for the heap", failure);
        }
    }

    /// <summary>The message without what .NET adds to it.</summary>
    private static string Reason(ArgumentOutOfRangeException failure)
    {
        int end = failure.Message.IndexOf(" (Parameter", StringComparison.Ordinal);
        return end < 0 ? failure.Message : failure.Message[..end];
    }
}
