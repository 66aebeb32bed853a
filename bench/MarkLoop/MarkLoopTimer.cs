using System.Diagnostics;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary>Times a mark loop on a graph, and checks each time that it marks what it should.</summary>
internal sealed class MarkLoopTimer
{
    private const int ObjectsPerSample = 100_000;

    private readonly MarkedGraph _graph;
    private readonly IMarkLoop _loop;
    private readonly MarkStatistics _expected;
    private readonly long _runs;

    /// <summary>Makes a timer of a loop.</summary>
    /// <param name="graph">The graph, with no marks.</param>
    /// <param name="loop">A mark loop over it.</param>
    /// <param name="expected">What it is to mark.</param>
    internal MarkLoopTimer(MarkedGraph graph, IMarkLoop loop, MarkStatistics expected)
    {
        _graph = graph;
        _loop = loop;
        _expected = expected;
        _runs = Math.Max(1, ObjectsPerSample / expected.Objects);
    }

    /// <summary>Marks everything, a small graph several times over; clears the marks outside of the time.</summary>
    /// <returns>Nanoseconds an object.</returns>
    /// <exception cref="InvalidOperationException">It marked something else.</exception>
    internal double Sample()
    {
        long ticks = 0;
        for (long i = 0; i < _runs; i++)
        {
            _graph.ClearMarks();
            long start = Stopwatch.GetTimestamp();
            MarkStatistics marked = _loop.Run();
            ticks += Stopwatch.GetTimestamp() - start;
            if (marked != _expected)
            {
                throw new InvalidOperationException($"{_loop.GetType().Name} marked {marked}, not {_expected}");
            }
        }

        return ticks * (1e9 / Stopwatch.Frequency) / (_runs * _expected.Objects);
    }

    /// <summary>Runs two loops once each on an unmarked graph, and compares their marks.</summary>
    /// <returns>What both mark.</returns>
    /// <exception cref="InvalidOperationException">They mark different objects.</exception>
    internal static MarkStatistics RequireSameMarks(MarkedGraph graph, IMarkLoop first, IMarkLoop second)
    {
        graph.ClearMarks();
        MarkStatistics expected = first.Run();
        List<nint> marks = graph.ReadMarks();
        graph.ClearMarks();
        MarkStatistics found = second.Run();
        if (found != expected || marks.Count != expected.Objects || !marks.SequenceEqual(graph.ReadMarks()))
        {
            throw new InvalidOperationException(
                $"{first.GetType().Name} marks {expected}, {second.GetType().Name} marks {found}, or others");
        }

        return expected;
    }
}
