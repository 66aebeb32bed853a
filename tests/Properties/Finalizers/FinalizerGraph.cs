using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Testbed.Properties.Generation;

namespace Testbed.Properties.Finalizers;

/// <summary>A node of a <see cref="FinalizerGraph"/>.</summary>
/// <param name="References">The nodes that it refers to.</param>
/// <param name="IsRooted">Whether a global refers to it.</param>
/// <param name="HasFinalizer">Whether it has a finalizer.</param>
/// <param name="Closure">The node that is given with the finalizer, or -1.</param>
/// <param name="Resurrects">Whether the finalizer makes it reachable for good.</param>
internal sealed record FinalizerNode(
    IReadOnlyList<int> References, bool IsRooted, bool HasFinalizer, int Closure, bool Resurrects);

/// <summary>Objects with finalizers and what refers to what: chains, cycles, shared objects, resurrection.</summary>
internal sealed record FinalizerGraph(IReadOnlyList<FinalizerNode> Nodes, WorldSettings Settings, ulong ScheduleSeed)
{
    private const int MaxReferences = 3;

    /// <summary>Graphs for real threads: dozens of nodes.</summary>
    internal static Arbitrary<FinalizerGraph> ForThreads => Make(isLarge: true);

    /// <summary>Graphs for an engine that runs many schedules of each: a handful of nodes.</summary>
    internal static Arbitrary<FinalizerGraph> ForSchedules => Make(isLarge: false);

    /// <summary>A line a node, with the options that are not the simplest.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Settings}\nschedules from seed {ScheduleSeed}\n");
        for (int i = 0; i < Nodes.Count; i++)
        {
            FinalizerNode node = Nodes[i];
            text.Append(CultureInfo.InvariantCulture, $"{i} -> [{string.Join(", ", node.References)}]");
            text.Append(node.IsRooted ? ", rooted" : "");
            text.Append(node.HasFinalizer ? $", finalizer given {node.Closure}" : "");
            text.Append(node.Resurrects ? ", resurrects" : "").Append('\n');
        }

        return text.ToString();
    }

    private static Arbitrary<FinalizerGraph> Make(bool isLarge)
    {
        Gen<FinalizerGraph> generator = Gen.Sized(size =>
            from high in Gen.Choose(0, int.MaxValue)
            from low in Gen.Choose(0, int.MaxValue)
            select Draw(new Randomness((ulong)high << 32 | (uint)low), isLarge ? 1 + size : 1 + size / 16, isLarge));
        return Arb.From(generator, Shrink);
    }

    private static FinalizerGraph Draw(Randomness random, int most, bool isLarge)
    {
        int count = 1 + (int)random.Below((uint)most);
        var nodes = new FinalizerNode[count];
        for (int i = 0; i < count; i++)
        {
            var references = new int[random.Below(MaxReferences + 1)];
            for (int j = 0; j < references.Length; j++)
            {
                // As likely the next node, for chains, as any.
                references[j] = random.Below(2) == 0 ? (i + 1) % count : (int)random.Below((uint)count);
            }

            nodes[i] = new FinalizerNode(
                references,
                IsRooted: random.Below(6) == 0,
                HasFinalizer: random.Below(3) != 0,
                Closure: random.Below(4) == 0 ? (int)random.Below((uint)count) : -1,
                Resurrects: random.Below(5) == 0);
        }

        WorldSettings settings = WorldSettings.Draw(random, isLarge) with { FirstTriggerBytes = long.MaxValue };
        return new FinalizerGraph(nodes, settings, random.Below(1u << 31));
    }

    private static IEnumerable<FinalizerGraph> Shrink(FinalizerGraph graph)
    {
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            yield return graph.Without(i);
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            FinalizerNode node = graph.Nodes[i];
            for (int j = 0; j < node.References.Count; j++)
            {
                yield return graph.With(i, node with { References = [.. node.References.Where((_, at) => at != j)] });
            }

            FinalizerNode simplest = node with { IsRooted = false, HasFinalizer = false, Closure = -1, Resurrects = false };
            IEnumerable<FinalizerNode> simpler =
            [
                simplest with { References = node.References },
                node with { IsRooted = false },
                node with { Closure = -1 },
                node with { Resurrects = false },
            ];
            foreach (FinalizerNode other in simpler.Where(other => other != node))
            {
                yield return graph.With(i, other);
            }
        }

        foreach (WorldSettings settings in graph.Settings.Shrink())
        {
            yield return graph with { Settings = settings };
        }
    }

    private FinalizerGraph With(int index, FinalizerNode node)
        => this with { Nodes = [.. Nodes.Select((old, i) => i == index ? node : old)] };

    private FinalizerGraph Without(int index)
        => this with
        {
            Nodes =
            [
                .. Nodes.Where((_, i) => i != index).Select(node => node with
                {
                    References = [.. node.References.Where(to => to != index).Select(to => to > index ? to - 1 : to)],
                    Closure = node.Closure == index ? -1 : node.Closure > index ? node.Closure - 1 : node.Closure,
                }),
            ],
        };
}
