using System.Diagnostics;
using System.Globalization;
using System.Threading;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// Parks goroutines with live frames, collects, ends them and does so again with the same number: what a goroutine
/// costs, and that what an ended one leaves is used again.
/// </summary>
internal sealed class Parked : Workload
{
    private const int CollectionsARound = 3;

    /// <inheritdoc/>
    public override string Name => "parked";

    /// <inheritdoc/>
    public override string Summary => "parks goroutines with live frames, collects and ends them; what each costs";

    /// <inheritdoc/>
    public override WorkloadSizes Defaults => new(Goroutines: 100_000, Depth: null, Size: null, Iterations: 2);

    /// <inheritdoc/>
    public override Func<NativeGoroutine, GoroutineTask> Prepare(WorkloadRun run)
    {
        var parked = new ParkedGoroutines(run.World);
        return goroutine => DoWork(run, parked, goroutine);
    }

    private static async GoroutineTask DoWork(WorkloadRun run, ParkedGoroutines parked, NativeGoroutine goroutine)
    {
        int count = run.Sizes.Goroutines;
        int rounds = run.Sizes.Iterations!.Value;
        run.Lines.Add("round   bytes  managed   create  collect      end   (bytes and microseconds a goroutine)");
        for (int round = 1; round <= rounds; round++)
        {
            bool open = false;
            SystemBytes bytesBefore = goroutine.ReadMemoryStatistics().System;
            long managedBefore = GC.GetTotalMemory(forceFullCollection: true);
            GoroutineHandle gate = goroutine.Go(async keeper =>
            {
                while (!Volatile.Read(ref open))
                {
                    await keeper.Yield();
                }
            });
            long start = Stopwatch.GetTimestamp();
            GoroutineHandle[] all = parked.Start(goroutine, count, gate);
            while (parked.Started < (long)round * count)
            {
                await goroutine.Yield();
            }

            TimeSpan created = Stopwatch.GetElapsedTime(start);
            SystemBytes bytes = goroutine.ReadMemoryStatistics().System;
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < CollectionsARound; i++)
            {
                goroutine.Collect();
            }

            TimeSpan collected = Stopwatch.GetElapsedTime(start) / CollectionsARound;
            start = Stopwatch.GetTimestamp();
            Volatile.Write(ref open, true);
            foreach (GoroutineHandle handle in all)
            {
                await goroutine.Join(handle);
            }

            TimeSpan ended = Stopwatch.GetElapsedTime(start);
            run.Lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{round,5} {(bytes.Total - bytesBefore.Total) / count,7} {(managed - managedBefore) / count,8} "
                + $"{created.TotalMicroseconds / count,8:F2} {collected.TotalMicroseconds / count,8:F2} "
                + $"{ended.TotalMicroseconds / count,8:F2}"));
            WorkloadRun.Require("goroutines whose objects are whole", parked.Whole, (long)round * count);
            run.ThrowIfCanceled();
        }

        run.Expect("goroutines that were parked", parked.Whole, (long)rounds * count);
    }
}
