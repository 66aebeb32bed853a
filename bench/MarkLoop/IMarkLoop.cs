using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary>One of the two sides: marks all that the root of a <see cref="MarkedGraph"/> leads to.</summary>
internal interface IMarkLoop : IDisposable
{
    /// <summary>Marks, on the calling thread. Nothing is marked before.</summary>
    /// <returns>What it has marked.</returns>
    MarkStatistics Run();
}
