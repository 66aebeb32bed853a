using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Testbed.Sync;

namespace Testbed.Bugs;

/// <summary>
/// Finds which enters and exits of a lock belong together: a section without its lock lacks them all, or it would leave
/// a lock that it does not hold.
/// </summary>
/// <remarks>
/// They are joined by paths: an enter belongs to the exits of its lock that a path from it comes to first, and two
/// enters with an exit in common belong to the same section. An enter whose lock is left elsewhere, and an exit of a
/// lock that was entered elsewhere, are sections by themselves.
/// </remarks>
internal static class CriticalSections
{
    /// <summary>The sections of a member, each with its calls in the order of the source.</summary>
    /// <param name="member">A method, constructor or accessor with a body, or a function inside.</param>
    /// <param name="model">What its tree means.</param>
    public static IReadOnlyList<IReadOnlyList<InvocationExpressionSyntax>> Of(SyntaxNode member, SemanticModel model)
        => ControlFlowGraph.Create(member, model) is { } graph ? Of(graph) : [];

    private static IReadOnlyList<IReadOnlyList<InvocationExpressionSyntax>> Of(ControlFlowGraph graph)
    {
        InvocationExpressionSyntax[][] calls = [.. graph.Blocks.Select(LockCalls)];
        var sections = new List<List<InvocationExpressionSyntax>>();
        for (int block = 0; block < calls.Length; block++)
        {
            for (int place = 0; place < calls[block].Length; place++)
            {
                InvocationExpressionSyntax call = calls[block][place];
                Join(sections, IsEnter(call) ? [call, .. ExitsAfter(graph, calls, block, place)] : [call]);
            }
        }

        return [.. sections.Select(section => section.OrderBy(call => call.SpanStart).ToList())];
    }

    private static bool IsEnter(InvocationExpressionSyntax call) => SeamCalls.NameOf(call) == nameof(ISync.Enter);

    private static InvocationExpressionSyntax[] LockCalls(BasicBlock block)
        =>
        [
            .. block.Operations
                .SelectMany(operation => operation.DescendantsAndSelf())
                .OfType<IInvocationOperation>()
                .Select(operation => operation.Syntax)
                .OfType<InvocationExpressionSyntax>()
                .Where(call => SeamCalls.NameOf(call) is nameof(ISync.Enter) or nameof(ISync.Exit)),
        ];

    /// <summary>The first exits of an enter's lock on all paths from it.</summary>
    private static List<InvocationExpressionSyntax> ExitsAfter(
        ControlFlowGraph graph, InvocationExpressionSyntax[][] calls, int block, int place)
    {
        string subject = SeamCalls.Subject(calls[block][place]);
        var exits = new List<InvocationExpressionSyntax>();
        var seen = new HashSet<int>();
        var pending = new Stack<(int Block, int Place)>();
        pending.Push((block, place + 1));
        while (pending.TryPop(out (int Block, int Place) next))
        {
            InvocationExpressionSyntax? exit = calls[next.Block].Skip(next.Place)
                .FirstOrDefault(call => !IsEnter(call) && SeamCalls.Subject(call) == subject);
            if (exit is not null)
            {
                exits.Add(exit);
                continue;
            }

            foreach (int after in Successors(graph, graph.Blocks[next.Block]).Where(seen.Add))
            {
                pending.Push((after, 0));
            }
        }

        return exits;
    }

    private static IEnumerable<int> Successors(ControlFlowGraph graph, BasicBlock block)
    {
        foreach (ControlFlowBranch? branch in (ControlFlowBranch?[])
            [block.FallThroughSuccessor, block.ConditionalSuccessor])
        {
            if (branch is null)
            {
                continue;
            }

            foreach (ControlFlowRegion cleanUp in branch.FinallyRegions)
            {
                yield return graph.Blocks[cleanUp.FirstBlockOrdinal].Ordinal;
            }

            if (branch.Destination is { } destination)
            {
                yield return destination.Ordinal;
            }
        }
    }

    /// <summary>Adds calls that belong together, and joins the sections that they have calls in common with.</summary>
    private static void Join(
        List<List<InvocationExpressionSyntax>> sections, List<InvocationExpressionSyntax> together)
    {
        List<InvocationExpressionSyntax>[] touched =
            [.. sections.Where(section => section.Intersect(together).Any())];
        List<InvocationExpressionSyntax> joined = [.. touched.SelectMany(section => section).Union(together)];
        sections.RemoveAll(touched.Contains);
        sections.Add(joined);
    }
}
