using Testbed.Models.Heaps;
using Xunit;

namespace Testbed.Properties;

public class ProgramPictureTests
{
    [Fact]
    public void A_program_is_drawn_as_trees_and_steps()
    {
        var node = new NodeShape(NodeKind.Typed, 3, Pointers: 0b101);
        var graph = new HeapGraph(
            [node, node, new NodeShape(NodeKind.NoScan, 4), new NodeShape(NodeKind.Typed, 2, 0b01, 3)],
            [new(0, 0, 1, 0), new(0, 2, 2, 3), new(1, 2, 0, 0), new(2, 1, 1, 0), new(3, 4, 3, 0)],
            [new(1, 0, 0), new(0, 1, 2)]);
        var program = new MutatorProgram(
            [
                new GoroutineProgram(
                    graph,
                    [
                        new Operation.Start(1),
                        new Operation.Allocate(0, node),
                        new Operation.Link(0, 2, 1),
                        new Operation.Cut(1, 0),
                        new Operation.Publish(0, 1),
                        new Operation.Collect(),
                    ]),
                new GoroutineProgram(
                    HeapGraph.Empty,
                    [
                        new Operation.Take(0, 0),
                        new Operation.Follow(1, 0, 2),
                        new Operation.Interior(1, 0, 1),
                        new Operation.Unroot(0),
                        new Operation.Safepoint(),
                        new Operation.Yield(),
                        new Operation.SystemCall(),
                    ]),
            ],
            Slots: 2,
            Globals: 1);

        const string Expected = """
            goroutine 0 (main)
              [0] -> n1+2 typed p.p
                       .2 -- n0 typed p.p
                               .0 -- n1 ^
                               .2 -- n2+3 noscan 4 words
                                       .1 ~~ n1 ^
              [1] -> n0 ^
              garbage n3 3 x typed p.
                        .4 -- n3 ^
               1. go 1
               2. [0] = new typed p.p
               3. [0].2 = [1]
               4. [1].0 = null
               5. global 0 = [1]
               6. collect
            goroutine 1
               1. [0] = global 0
               2. [1] = [0].2
               3. [1] = &[0].1
               4. [0] = null
               5. safepoint
               6. yield
               7. system call

            """;
        Assert.Equal(Expected.ReplaceLineEndings("\n"), program.ToString());
    }

    [Fact]
    public void A_long_chain_goes_on_below()
    {
        const int Length = 20;
        var node = new NodeShape(NodeKind.Typed, 1, 1);
        var graph = new HeapGraph(
            [.. Enumerable.Repeat(node, Length)],
            [.. Enumerable.Range(0, Length - 1).Select(i => new HeapEdge(i, 0, i + 1, 0))],
            [new(0, 0, 0)]);

        string[] lines = ProgramPicture.Draw(graph).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Length + 1, lines.Length);
        Assert.EndsWith("-- n16 ...", lines[16], StringComparison.Ordinal);
        Assert.Equal("  ... n16 typed p", lines[17]);
    }
}
