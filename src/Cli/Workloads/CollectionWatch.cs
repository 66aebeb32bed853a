using System.Diagnostics;
using System.Globalization;
using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Cli.Workloads;

/// <summary>Traces and checks the collections of a world.</summary>
/// <remarks>Called while the world is stopped, by one thread at a time; read when it has ended.</remarks>
/// <param name="trace">Where a line a collection goes; null for nowhere.</param>
internal sealed class CollectionWatch(TextWriter? trace) : CollectionObserver
{
    private HeapVerifier<NativeSync>? _verifier;

    /// <summary>How many collections have ended.</summary>
    public long Collections { get; private set; }

    /// <summary>How long no goroutine could run, in all, in nanoseconds; checking not counted.</summary>
    public long PauseNanoseconds { get; private set; }

    /// <summary>The longest that no goroutine could run, in nanoseconds; checking not counted.</summary>
    public long LongestPauseNanoseconds { get; private set; }

    /// <summary>The most bytes that were allocated when a collection began.</summary>
    public long LargestHeapBytes { get; private set; }

    /// <summary>How long the checks took in all.</summary>
    public TimeSpan VerifyTime { get; private set; }

    /// <summary>Checks the heap of a world after each collection from now on.</summary>
    /// <param name="world">The world that this watches; it has not started.</param>
    public void Verify(NativeWorld world) => _verifier = new HeapVerifier<NativeSync>(world);

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        Collections++;
        PauseNanoseconds += summary.PauseNanoseconds;
        LongestPauseNanoseconds = Math.Max(LongestPauseNanoseconds, summary.PauseNanoseconds);
        LargestHeapBytes = Math.Max(LargestHeapBytes, summary.BytesBefore);
        trace?.WriteLine(LineOf(summary));
        if (_verifier is { } verifier)
        {
            long start = Stopwatch.GetTimestamp();
            verifier.Verify();
            VerifyTime += Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>As the seed has it: number(workers): stop+mark+sweep, heap and objects before -> after, roots.</summary>
    private static string LineOf(in CollectionSummary summary)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"gc{summary.Number}({summary.Workers}): {Milliseconds(summary.StopNanoseconds):F2}"
            + $"+{Milliseconds(summary.MarkNanoseconds):F2}+{Milliseconds(summary.SweepNanoseconds):F2} ms, "
            + $"{summary.BytesBefore >> 10} -> {summary.BytesAfter >> 10} KB, {summary.ObjectsBefore} -> {summary.ObjectsAfter} objects, "
            + $"{summary.RootJobs} roots"
            + $"{(summary.Forced ? " (forced)" : "")}");

    private static double Milliseconds(long nanoseconds) => nanoseconds / 1e6;
}
