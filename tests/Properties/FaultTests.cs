using Testbed.Models.Heaps;
using Testbed.Properties.Faults;
using Testbed.Properties.Generation;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties;

/// <summary>The properties are shown to fail, with a small case, when a collection goes wrong.</summary>
public class FaultTests
{
    [Fact]
    public void A_freed_live_node_is_found_and_shrinks_to_that_node()
    {
        var fault = new Fault(FaultKind.FreesLiveNode, node => node.Shape.Count > 1);

        HeapCase shrunk = ShrinkFailureOf(fault, "survived|no object|is free|word");

        Assert.Contains(new NodeShape(NodeKind.Typed, 1, 0, 2), shrunk.Program.Shapes.Select(WithoutPointers));
    }

    [Fact]
    public void A_freed_target_of_an_interior_reference_is_found_and_is_drawn()
    {
        var fault = new Fault(
            FaultKind.FreesLiveNode,
            node => node.References.Any(reference => reference.Value is { Inside: > 0, Node: not null }));

        HeapCase shrunk = ShrinkFailureOf(fault, "survived|no object|is free|word");

        Assert.Contains("+1", shrunk.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_garbage_is_found_and_shrinks()
    {
        var fault = new Fault(FaultKind.KeepsGarbage, node => node.Shape.Kind == NodeKind.Conservative);

        HeapCase shrunk = ShrinkFailureOf(fault, "objects survived, [0-9]+ are reachable");

        Assert.Contains(new NodeShape(NodeKind.Conservative, 1), shrunk.Program.Shapes);
    }

    [Fact]
    public void An_overwritten_word_is_found_and_shrinks()
    {
        var fault = new Fault(FaultKind.OverwritesLastWord, node => node.Shape.TotalWords > 5);

        HeapCase shrunk = ShrinkFailureOf(fault, "word 5: ");

        Assert.Contains(6, shrunk.Program.Shapes.Select(shape => shape.TotalWords));
    }

    [Theory]
    [InlineData(nameof(CycleFault.RunsRootJobTwice), "2 root jobs had root 0 of SpanTypes")]
    [InlineData(nameof(CycleFault.ForgetsGoroutine), "0 root jobs had root 0 of Goroutines")]
    [InlineData(nameof(CycleFault.RunsRootJobAfterSweep), "root job 0 runs when nothing is marked")]
    [InlineData(nameof(CycleFault.LosesWorker), "0 workers saw the end of marking, there were 1")]
    [InlineData(nameof(CycleFault.SweepsSpanTwice), "span 0 was swept 2 times")]
    [InlineData(nameof(CycleFault.RunsMutator), "a mutator runs while the world is stopped")]
    [InlineData(nameof(CycleFault.StopsTwice), "the world was stopped while it was stopped")]
    public void A_collection_of_the_wrong_shape_is_found(string fault, string message)
    {
        var graph = new HeapGraph([new NodeShape(NodeKind.NoScan, 1)], [], [new HeapRoot(0, 0, 0)]);
        var program = new MutatorProgram([new GoroutineProgram(graph, [new Operation.Collect()])], 1, 1);

        OracleException thrown = Assert.Throws<OracleException>(() => ProgramRunner<NativeSync>.Run(
            program,
            new WorldSettings().ToOptions(program),
            conservativeFrames: false,
            shadow => new FaultyCycle(shadow, Enum.Parse<CycleFault>(fault))));

        Assert.Equal(message, thrown.Message);
    }

    private static NodeShape WithoutPointers(NodeShape shape) => shape with { Pointers = 0 };

    private static HeapCase ShrinkFailureOf(Fault fault, string messages)
    {
        PropertyFailure<HeapCase>? failure = PropertyCheck.FindFailure(
            HeapCase.ForThreads,
            large => ProgramRunner<NativeSync>.Run(
                large.Program,
                // One worker, and no collection but those that are asked for: what a fault needs is then clear.
                large.Settings.ToOptions(large.Program) with { MaxGcWorkers = 1, FirstTriggerBytes = long.MaxValue },
                large.Settings.ConservativeFrames,
                shadow => new FaultyOracle<NativeSync>(shadow, fault)),
            count: 300);

        Assert.NotNull(failure);
        Assert.Matches(messages, failure.Exception.Message);
        Assert.Single(failure.Shrunk.Program.Goroutines);

        // On real threads a case of several goroutines may fail or not: which way it shrinks is not always the same.
        Assert.True(failure.Shrunk.Nodes is >= 1 and <= 3, failure.Shrunk.ToString());
        Assert.Equal(new WorldSettings(), failure.Shrunk.Settings);
        Assert.InRange(failure.Shrunk.Program.Goroutines[0].Operations.Count, 0, 2);
        return failure.Shrunk;
    }
}
