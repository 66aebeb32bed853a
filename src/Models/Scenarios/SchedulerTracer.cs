using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>A thread outside a world that traces its scheduler once, at any moment; joined when it is disposed.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed class SchedulerTracer<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly SyncThread _thread;

    private SchedulerTracer(World<TSync> world)
        => _thread = TSync.StartThread("tracer", () => Check(world.TraceScheduler(detailed: true)));

    /// <summary>Starts one in half the executions, else answers null.</summary>
    internal static SchedulerTracer<TSync>? StartPerhaps(World<TSync> world)
        => TSync.Choose(2) == 0 ? null : new SchedulerTracer<TSync>(world);

    /// <inheritdoc/>
    public void Dispose() => TSync.Join(_thread);

    /// <summary>Each M, P and goroutine is named once.</summary>
    private static void Check(string trace)
    {
        var seen = new HashSet<string>();
        foreach (string line in trace.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)))
        {
            string name = line.Split(':')[0].Trim();
            OracleException.Require(seen.Add(name), $"{name} is traced twice");
        }
    }
}
