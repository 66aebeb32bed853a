using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>The collector's own mark loop over the production engine: one worker, one root.</summary>
internal sealed unsafe class ProductionMarkLoop : IMarkLoop
{
    private readonly MarkedGraph _graph;
    private readonly MarkTermination<NativeSync> _termination = new();
    private readonly WorkBuffers<NativeSync> _buffers;
    private readonly ObjectScanner<NativeSync> _scanner;

    internal ProductionMarkLoop(MarkedGraph graph, WorldOptions options)
    {
        _graph = graph;
        _buffers = new WorkBuffers<NativeSync>(options, _termination);
        _scanner = new ObjectScanner<NativeSync>(options, graph.Heap, _buffers);
    }

    /// <inheritdoc/>
    public MarkStatistics Run()
    {
        _termination.Setup(1);
        _scanner.Setup(1);
        _scanner.Start(0);
        _scanner.Add(0, _graph.Root, (nuint)sizeof(nint), null);
        _scanner.Scan(0, keepWorking: true);
        return _scanner.ReadStatistics();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scanner.Dispose();
        _buffers.Dispose();
        _termination.Dispose();
    }
}
