using System.Diagnostics;
using Testbed.Cli.Heaps;
using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Cli.Workloads;

/// <summary>Counts and checks the collections of a world, and dumps its heap after one.</summary>
/// <remarks>Called while the world is stopped, by one thread at a time; read when it has ended.</remarks>
internal sealed class CollectionWatch : CollectionObserver
{
    private HeapVerifier<NativeSync>? _verifier;
    private Action<long>? _dump;

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

    /// <summary>Dumps the heap of a world after the collection that the target names.</summary>
    /// <param name="world">The world that this watches; it has not started.</param>
    /// <param name="target">Where to.</param>
    public void Dump(NativeWorld world, HeapDumpTarget target)
        => _dump = collection => target.CollectionEnded(world, collection);

    /// <inheritdoc/>
    public override void CollectionEnded(in CollectionSummary summary)
    {
        Collections++;
        PauseNanoseconds += summary.PauseNanoseconds;
        LongestPauseNanoseconds = Math.Max(LongestPauseNanoseconds, summary.PauseNanoseconds);
        LargestHeapBytes = Math.Max(LargestHeapBytes, summary.BytesBefore);
        _dump?.Invoke(summary.Number);
        if (_verifier is { } verifier)
        {
            long start = Stopwatch.GetTimestamp();
            verifier.Verify();
            VerifyTime += Stopwatch.GetElapsedTime(start);
        }
    }
}
