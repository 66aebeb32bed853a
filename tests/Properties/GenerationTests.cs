using Testbed.Models.Heaps;
using Testbed.Properties.Generation;
using Xunit;

namespace Testbed.Properties;

public class GenerationTests
{
    private const int SmallWords = 16;

    [Fact]
    public void Every_drawn_program_and_every_shrink_of_it_is_valid()
        => PropertyCheck.Holds(
            HeapCase.ForThreads,
            large =>
            {
                large.Program.Validate();
                foreach (MutatorProgram smaller in ProgramShrinker.Shrink(large.Program).Take(1000))
                {
                    smaller.Validate();
                    Assert.True(SizeOf(smaller) < SizeOf(large.Program), "a shrink is no smaller");
                }
            },
            count: 100);

    [Theory]
    [InlineData("shared node")]
    [InlineData("cycle")]
    [InlineData("self reference")]
    [InlineData("chain of four")]
    [InlineData("interior reference")]
    [InlineData("hidden reference")]
    [InlineData("large object")]
    [InlineData("greatest small object")]
    [InlineData("array")]
    [InlineData("wide node")]
    [InlineData("conservative node")]
    [InlineData("noscan node")]
    [InlineData("garbage")]
    public void Graphs_of_every_kind_are_drawn(string kind)
    {
        int found = 0;
        for (ulong seed = 0; seed < 300; seed++)
        {
            var limits = new ProgramLimits(1, 12, 0, SmallWords);
            HeapGraph graph = new ProgramDrawer(new Randomness(seed).Below, limits).DrawGraph();
            found += Has(graph, kind) ? 1 : 0;
        }

        Assert.InRange(found, 15, 300);
    }

    [Fact]
    public void Shrinking_ends_with_what_matters()
    {
        PropertyFailure<HeapCase>? failure = PropertyCheck.FindFailure(
            HeapCase.ForThreads,
            large => Assert.False(
                large.Program.Goroutines.Any(goroutine => goroutine.Graph.Edges.Any(edge => edge.From == edge.To))
                && large.Settings.Workers > 1),
            count: 300);

        Assert.NotNull(failure);
        HeapCase shrunk = failure.Shrunk;
        Assert.Equal(1, shrunk.Nodes);
        Assert.Equal(2, shrunk.Settings.Workers);
        Assert.Equal(new WorldSettings { Processors = 2, Workers = 2 }, shrunk.Settings);
        Assert.Equal(1, shrunk.Program.Shapes.Single().TotalWords);
        Assert.True(failure.Original.Nodes > 1, "the original was small already");
    }

    [Fact]
    public void A_failure_replays_from_its_seed()
    {
        PropertyFailure<HeapCase>? failure = PropertyCheck.FindFailure(HeapCase.ForThreads, Refuse, count: 300);
        Assert.NotNull(failure);
        int runs = 0;
        PropertyFailure<HeapCase>? replayed = PropertyCheck.FindFailure(
            HeapCase.ForThreads,
            large =>
            {
                runs++;
                Refuse(large);
            },
            count: 300,
            failure.Seed);

        Assert.NotNull(replayed);
        Assert.Equal(failure.Original.ToString(), replayed.Original.ToString());
        Assert.Equal(failure.Shrunk.ToString(), replayed.Shrunk.ToString());
        string text = failure.Describe("Some.Test");
        Assert.Contains($"TESTBED_PROPERTY_SEED={failure.Seed} dotnet test", text, StringComparison.Ordinal);
        Assert.Contains(failure.Shrunk.Program.ToString(), text, StringComparison.Ordinal);

        static void Refuse(HeapCase large) => Assert.True(large.Nodes < 20);
    }

    /// <summary>A measure that every shrink brings down.</summary>
    private static long SizeOf(MutatorProgram program)
        => program.Slots + program.Globals + program.Bytes + program.Goroutines.Sum(goroutine
            => 1 + goroutine.Operations.Count + goroutine.Graph.Nodes.Count
                + goroutine.Graph.Edges.Sum(edge => 1 + edge.Word + Math.Sign(edge.Inside))
                + goroutine.Graph.Roots.Sum(root => 1 + Math.Sign(root.Inside)));

    private static bool Has(HeapGraph graph, string kind) => kind switch
    {
        "shared node" => graph.Edges.GroupBy(edge => edge.To).Any(group => group.Count() > 1),
        "cycle" => graph.Edges.Any(edge => edge.From != edge.To && Reaches(graph, edge.To, edge.From)),
        "self reference" => graph.Edges.Any(edge => edge.From == edge.To),
        "chain of four" => graph.Edges.Any(
            edge => Next(graph, edge.To).Any(third => Next(graph, third).Any(fourth
                => new[] { edge.From, edge.To, third, fourth }.Distinct().Count() == 4))),
        "interior reference" => graph.Edges.Any(edge => edge.Inside > 0) && graph.Roots.Any(root => root.Inside > 0),
        "hidden reference" => graph.Edges.Any(edge => !graph.Nodes[edge.From].IsScanned(edge.Word)),
        "large object" => graph.Nodes.Any(node => node.TotalWords > SmallWords),
        "greatest small object" => graph.Nodes.Any(node => node.TotalWords == SmallWords),
        "array" => graph.Nodes.Any(node => node.Count > 1),
        "wide node" => graph.Nodes.Any(node => Enumerable.Range(0, node.TotalWords).Count(node.IsPointer) >= 8),
        "conservative node" => graph.Nodes.Any(node => node.Kind == NodeKind.Conservative),
        "noscan node" => graph.Nodes.Any(node => node.Kind == NodeKind.NoScan),
        _ => Enumerable.Range(0, graph.Nodes.Count).Any(
            node => !graph.Roots.Any(root => root.To == node || Reaches(graph, root.To, node))),
    };

    private static IEnumerable<int> Next(HeapGraph graph, int node)
        => graph.Edges
            .Where(edge => edge.From == node && graph.Nodes[node].IsScanned(edge.Word))
            .Select(edge => edge.To);

    private static bool Reaches(HeapGraph graph, int from, int to)
    {
        var found = new List<int> { from };
        for (int i = 0; i < found.Count; i++)
        {
            found.AddRange(Next(graph, found[i]).Where(node => !found.Contains(node)).Distinct());
        }

        return found.Contains(to);
    }
}
