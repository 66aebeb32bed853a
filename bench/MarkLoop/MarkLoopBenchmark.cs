using BenchmarkDotNet.Attributes;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>The mark loop over the seam beside its hand-written twin. The ratio is to be 1.00 within noise.</summary>
public class MarkLoopBenchmark : IDisposable
{
    private ObjectGraph _graph = null!;
    private SeamMarkLoop<NativeSync> _seam = null!;
    private BareMarkLoop _bare = null!;

    /// <summary>How many objects there are.</summary>
    [Params(10_000, 1_000_000)]
    public int Objects { get; set; }

    /// <summary>Makes the objects.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _graph = new ObjectGraph(Objects, seed: 1);
        _seam = new SeamMarkLoop<NativeSync>(new WorldOptions(), _graph);
        _bare = new BareMarkLoop(new WorldOptions(), _graph);
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _seam.Dispose();
        _bare.Dispose();
        _graph.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Without the seam.</summary>
    [Benchmark(Baseline = true)]
    public void Twin()
    {
        _graph.ClearMarks();
        _bare.Run();
    }

    /// <summary>Over the seam.</summary>
    [Benchmark]
    public void Seam()
    {
        _graph.ClearMarks();
        _seam.Run();
    }
}
