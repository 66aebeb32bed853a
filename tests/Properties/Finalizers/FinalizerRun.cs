using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties.Finalizers;

/// <summary>Runs a graph on a world of its own and compares with the model.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed class FinalizerRun<TSync>
    where TSync : struct, ISync
{
    private const int WordBytes = 8;
    private const int MaxReferences = 3;

    private readonly FinalizerGraph _graph;
    private readonly FinalizerModel _model;
    private readonly World<TSync> _world;
    private readonly TypeId _type;
    private readonly FinalizerId[] _finalizers;

    /// <summary>Which finalizers have run, in that order: only the goroutine that runs them adds.</summary>
    private readonly List<int> _order = [];

    private FinalizerRun(FinalizerGraph graph, World<TSync> world)
    {
        _graph = graph;
        _model = new FinalizerModel(graph);
        _world = world;
        _type = world.RegisterType(
            new TypeShape("node", (MaxReferences + 1) * WordBytes, 0, WordBytes, 2 * WordBytes));
        _finalizers =
        [
            .. graph.Nodes.Select((_, i) => world.RegisterFinalizer((g, target, closure) => Finalize(g, i, target, closure))),
        ];
    }

    /// <summary>Runs a graph.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">Other finalizers ran, or others are left, than must be.</exception>
    internal static void Run(FinalizerGraph graph)
    {
        var observer = new Verifying();
        var options = new WorldOptions
        {
            Processors = graph.Settings.Processors,
            MaxMachines = 16,
            MonitorNanoseconds = graph.Settings.MonitorNanoseconds,
            TimeSliceNanoseconds = Math.Max(1, graph.Settings.MonitorNanoseconds),
            MaxGcWorkers = graph.Settings.Workers,
            FirstTriggerBytes = long.MaxValue,
            RootStrategy = graph.Settings.RootStrategy,
            ArenaBytes = 1 << 18,
            PageBytes = graph.Settings.PageBytes,
            HeapGrowBytes = graph.Settings.PageBytes,
            MaxSmallSize = graph.Settings.MaxSmallSize,
            WorkBufferLength = graph.Settings.WorkBufferLength,
            WorkBuffersPerChunk = graph.Settings.WorkBuffersPerChunk,
            HandoffThreshold = graph.Settings.HandoffThreshold,
            PrefetchDepth = graph.Settings.PrefetchDepth,
            FinalizersPerBlock = graph.Settings.WorkBufferLength,
            FixedChunkBytes = graph.Settings.StackSegmentWords * WordBytes,
            DataWords = graph.Nodes.Count,
            BssWords = graph.Nodes.Count,
            Observer = observer,
        };
        using var world = new World<TSync>(options);
        observer.Verifier = new HeapVerifier<TSync>(world);
        new FinalizerRun<TSync>(graph, world).Run();
    }

    private void Run()
    {
        _world.Run(Build);
        Assert.Equal(_model.Rounds.Count(round => round > 0), _order.Count);
        Assert.Equal(_order.Count, _order.Distinct().Count());
        for (int i = 1; i < _order.Count; i++)
        {
            Assert.True(
                _model.Rounds[_order[i - 1]] <= _model.Rounds[_order[i]],
                $"the finalizer of node {_order[i - 1]} ran before that of {_order[i]}");
        }

        _world.Run(g => Assert.Equal(_model.Survivors, g.ReadStatistics().Heap.Objects));
    }

    /// <summary>Builds the graph, drops what is not rooted, and collects.</summary>
    private void Build(Goroutine<TSync> g)
    {
        RootArea<TSync> data = g.Data;
        using (Frame<TSync> frame = g.PushFrame(_graph.Nodes.Count))
        {
            for (int i = 0; i < _graph.Nodes.Count; i++)
            {
                frame[i] = g.Allocate(_type);
                g.WriteWord(frame[i], MaxReferences * WordBytes, i);
            }

            for (int i = 0; i < _graph.Nodes.Count; i++)
            {
                FinalizerNode node = _graph.Nodes[i];
                for (int j = 0; j < node.References.Count; j++)
                {
                    g.WriteReference(frame[i], j * WordBytes, frame[node.References[j]]);
                }

                data[i] = node.IsRooted ? frame[i] : Reference.Null;
                if (node.HasFinalizer)
                {
                    g.SetFinalizer(frame[i], _finalizers[i], node.Closure < 0 ? Reference.Null : frame[node.Closure]);
                }
            }
        }

        g.Collect();
    }

    private void Finalize(Goroutine<TSync> g, int number, Reference target, Reference closure)
    {
        FinalizerNode node = _graph.Nodes[number];
        Assert.True(_model.Rounds[number] > 0, $"the finalizer of node {number} runs, which is reachable");
        RequireIntact(g, number, target, []);
        Assert.Equal(node.Closure < 0, closure.IsNull);
        if (node.Closure >= 0)
        {
            RequireIntact(g, node.Closure, closure, []);
        }

        if (node.Resurrects)
        {
            RootArea<TSync> bss = g.Bss;
            bss[number] = target;
        }

        _order.Add(number);
    }

    /// <summary>Everything that a node leads to is as it was made.</summary>
    private void RequireIntact(Goroutine<TSync> g, int number, Reference target, HashSet<int> seen)
    {
        if (!seen.Add(number))
        {
            return;
        }

        Assert.Equal(number, g.ReadWord(target, MaxReferences * WordBytes));
        IReadOnlyList<int> references = _graph.Nodes[number].References;
        for (int j = 0; j < references.Count; j++)
        {
            RequireIntact(g, references[j], g.ReadReference(target, j * WordBytes), seen);
        }
    }

    private sealed class Verifying : CollectionObserver
    {
        internal HeapVerifier<TSync>? Verifier { get; set; }

        public override void CollectionEnded(in CollectionSummary summary) => Verifier!.Verify();
    }
}
