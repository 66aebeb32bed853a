using System.Globalization;

namespace Testbed.Collector;

/// <summary>What a collection did. The numbers of a line of the seed's <c>gctrace</c>.</summary>
/// <param name="Number">Which collection of its world it was, from 1.</param>
/// <param name="Cause">Why it was asked for.</param>
/// <param name="Workers">How many threads took part.</param>
/// <param name="RootJobs">How many root jobs there were.</param>
/// <param name="BytesBefore">Allocated bytes of the heap when the world had stopped.</param>
/// <param name="BytesAfter">Allocated bytes of the heap after the sweep.</param>
/// <param name="ObjectsBefore">Allocated objects when the world had stopped.</param>
/// <param name="ObjectsAfter">Allocated objects after the sweep.</param>
/// <param name="Mallocs">Objects that were ever allocated. The seed's <c>nmalloc</c>.</param>
/// <param name="Frees">Objects that were ever swept. The seed's <c>nfree</c>.</param>
/// <param name="StopNanoseconds">From the request until the world had stopped.</param>
/// <param name="MarkNanoseconds">From then until worker 0 saw the end of marking.</param>
/// <param name="SweepNanoseconds">From then until all was swept.</param>
public readonly record struct CollectionSummary(
    long Number,
    CollectionCause Cause,
    int Workers,
    long RootJobs,
    long BytesBefore,
    long BytesAfter,
    long ObjectsBefore,
    long ObjectsAfter,
    long Mallocs,
    long Frees,
    long StopNanoseconds,
    long MarkNanoseconds,
    long SweepNanoseconds)
{
    /// <summary>Whether it came though the heap had not grown so far that it was due.</summary>
    public bool Forced => Cause != CollectionCause.Growth;

    /// <summary>How long no goroutine could run, in nanoseconds.</summary>
    public long PauseNanoseconds => StopNanoseconds + MarkNanoseconds + SweepNanoseconds;

    /// <summary>
    /// The line of <see cref="WorldOptions.GcTrace"/>: number(workers): stop+mark+sweep ms, bytes before -> after, objects
    /// before -> after (ever allocated-ever freed), root jobs. The seed's <c>gctrace</c>, whose line goes on with hand-offs,
    /// steals and yields.
    /// </summary>
    /// <returns>The line, without its end.</returns>
    public string ToTraceLine()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"gc{Number}({Workers}): {StopNanoseconds / 1e6:F2}+{MarkNanoseconds / 1e6:F2}+{SweepNanoseconds / 1e6:F2} ms, "
            + $"{BytesBefore >> 10} -> {BytesAfter >> 10} KB, {ObjectsBefore} -> {ObjectsAfter} ({Mallocs}-{Frees}) objects, "
            + $"{RootJobs} roots{(Forced ? " (forced)" : "")}");
}
