namespace Testbed.Collector;

/// <summary>What a collection did. The numbers of a line of the seed's <c>gctrace</c>.</summary>
/// <param name="Number">Which collection of its world it was, from 1.</param>
/// <param name="Forced">Whether it was asked for, and not due by the growth of the heap.</param>
/// <param name="Workers">How many threads took part.</param>
/// <param name="RootJobs">How many root jobs there were.</param>
/// <param name="BytesBefore">Allocated bytes of the heap when the world had stopped.</param>
/// <param name="BytesAfter">Allocated bytes of the heap after the sweep.</param>
/// <param name="ObjectsBefore">Allocated objects when the world had stopped.</param>
/// <param name="ObjectsAfter">Allocated objects after the sweep.</param>
/// <param name="StopNanoseconds">From the request until the world had stopped.</param>
/// <param name="MarkNanoseconds">From then until worker 0 saw the end of marking.</param>
/// <param name="SweepNanoseconds">From then until all was swept.</param>
public readonly record struct CollectionSummary(
    long Number,
    bool Forced,
    int Workers,
    long RootJobs,
    long BytesBefore,
    long BytesAfter,
    long ObjectsBefore,
    long ObjectsAfter,
    long StopNanoseconds,
    long MarkNanoseconds,
    long SweepNanoseconds)
{
    /// <summary>How long no goroutine could run, in nanoseconds.</summary>
    public long PauseNanoseconds => StopNanoseconds + MarkNanoseconds + SweepNanoseconds;
}
