using Testbed.Bench.MarkLoop.Twin;
using Testbed.Collector;

namespace Testbed.Bench.MarkLoop;

/// <summary>The hand-written twin of the mark loop, which knows no seam: one worker, one root.</summary>
internal sealed unsafe class TwinMarkLoop : IMarkLoop
{
    private readonly MarkedGraph _graph;
    private readonly TwinTermination _termination = new();
    private readonly TwinBuffers _buffers;
    private readonly TwinScanner _scanner;

    internal TwinMarkLoop(MarkedGraph graph, WorldOptions options)
    {
        _graph = graph;
        _buffers = new TwinBuffers(options, _termination);
        _scanner = new TwinScanner(options, HeapLayout.TwinOf(graph.Heap, options), _buffers);
    }

    /// <inheritdoc/>
    public MarkStatistics Run()
    {
        _termination.Setup(1);
        _scanner.Setup(1);
        _scanner.Start(0);
        _scanner.Add(0, _graph.Root, (nuint)sizeof(nint), null);
        _scanner.Scan(0, keepWorking: true);
        return _scanner.ReadStatistics(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scanner.Dispose();
        _buffers.Dispose();
        _termination.Dispose();
    }
}
