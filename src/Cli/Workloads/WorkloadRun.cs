using System.Threading;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Cli.Workloads;

/// <summary>One run of a workload: its world, its sizes, and what it found.</summary>
internal sealed class WorkloadRun
{
    private readonly List<Check> _checks = [];
    private readonly CancellationToken _cancel;

    /// <summary>Creates the run.</summary>
    /// <param name="world">A world of its own, which has not started.</param>
    /// <param name="sizes">How big it is, complete but for the sizes that the workload does not have.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="cancel">Ends it early.</param>
    public WorkloadRun(NativeWorld world, WorkloadSizes sizes, WorkloadOptions options, CancellationToken cancel)
    {
        World = world;
        Sizes = sizes;
        Options = options;
        _cancel = cancel;
    }

    /// <summary>The world; the workload registers its types and frames with it before the start.</summary>
    public NativeWorld World { get; }

    /// <summary>How big the run is.</summary>
    public WorkloadSizes Sizes { get; }

    /// <summary>What was asked for.</summary>
    public WorkloadOptions Options { get; }

    /// <summary>Lines that the workload's published version prints, in order. Written by its first goroutine.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>The results, each equal to what it must be. Written by the first goroutine.</summary>
    public IReadOnlyList<Check> Checks => _checks;

    /// <summary>Keeps a result, after comparing it with what it must be. The first goroutine.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="actual">What the heap says.</param>
    /// <param name="expected">What it must be, from a source other than the heap.</param>
    /// <exception cref="OracleException">They differ.</exception>
    public void Expect(string name, long actual, long expected)
    {
        Require(name, actual, expected);
        _checks.Add(new Check(name, actual));
    }

    /// <summary>Throws unless a value is what it must be. Any goroutine.</summary>
    /// <param name="name">What the value is.</param>
    /// <param name="actual">What the heap says.</param>
    /// <param name="expected">What it must be.</param>
    /// <exception cref="OracleException">It is not.</exception>
    public static void Require(string name, long actual, long expected)
    {
        if (actual != expected)
        {
            throw new OracleException($"{name} is {actual}, not {expected}");
        }
    }

    /// <summary>Leaves the workload if it was told to end early. Any goroutine, often.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public void ThrowIfCanceled() => _cancel.ThrowIfCancellationRequested();

    /// <summary>
    /// Starts a goroutine whose cancellation ends it alone: a world whose goroutine throws takes nobody's statistics
    /// any more.
    /// </summary>
    /// <param name="starter">The goroutine that starts it.</param>
    /// <param name="body">What it does; when it is canceled, the starter notices for itself.</param>
    public static GoroutineHandle Go(NativeGoroutine starter, Func<NativeGoroutine, GoroutineTask> body)
        => starter.Go(goroutine => UntilCanceled(goroutine, body));

    /// <summary>Runs a body and ends in an orderly way when it is canceled.</summary>
    /// <param name="goroutine">The goroutine.</param>
    /// <param name="body">What it does.</param>
    public static async GoroutineTask UntilCanceled(
        NativeGoroutine goroutine, Func<NativeGoroutine, GoroutineTask> body)
    {
        try
        {
            await body(goroutine);
        }
        catch (OperationCanceledException)
        {
            // The first goroutine sees the same token and says so; this one has only to let go of its frames.
        }
    }

    /// <summary>Runs a body on a number of goroutines and waits for all.</summary>
    /// <param name="goroutine">The goroutine that waits.</param>
    /// <param name="count">How many.</param>
    /// <param name="body">What each does with its index.</param>
    /// <exception cref="OperationCanceledException">The run was told to end early.</exception>
    public async GoroutineTask ForEach(
        NativeGoroutine goroutine, int count, Func<NativeGoroutine, int, GoroutineTask> body)
    {
        var started = new GoroutineHandle[count];
        for (int i = 0; i < count; i++)
        {
            int index = i;
            started[i] = Go(goroutine, worker => body(worker, index));
        }

        foreach (GoroutineHandle handle in started)
        {
            await goroutine.Join(handle);
        }

        ThrowIfCanceled();
    }
}
