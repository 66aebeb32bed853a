using Testbed.Models.Heaps;
using Testbed.Properties.Generation;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties;

/// <summary>Generated programs on real threads.</summary>
public class ThreadProperties
{
    [Fact]
    public void Every_collection_keeps_what_is_reachable_and_nothing_else()
        => PropertyCheck.Holds(HeapCase.ForThreads, Run, count: 300);

    [Fact]
    public void Objects_of_every_size_class_are_kept_and_freed()
    {
        const int SmallWords = 256;
        NodeShape[] shapes =
        [
            .. Enumerable.Range(1, SmallWords + 1).SelectMany(words => new NodeShape[]
            {
                new(NodeKind.NoScan, words),
                new(NodeKind.Conservative, words),
                new(NodeKind.Typed, 1, 1, words),
            }),
        ];

        // A chain, from each typed node to the nodes before it, of which every other root keeps a part.
        HeapEdge[] edges =
        [
            .. Enumerable.Range(1, shapes.Length - 1)
                .Where(node => shapes[node].IsScanned(0) && node % 7 != 0)
                .Select(node => new HeapEdge(node, shapes[node].TotalWords - 1, node - 1, 0)),
        ];
        HeapRoot[] roots = [.. Enumerable.Range(0, 30).Select(slot => new HeapRoot(slot, slot * 25 + 20, 0))];
        Operation[] operations = [.. roots.SelectMany(root => new Operation[]
        {
            new Operation.Collect(), new Operation.Unroot(root.Slot),
        })];
        var graph = new HeapGraph(shapes, edges, roots);
        var program = new MutatorProgram([new GoroutineProgram(graph, operations)], roots.Length, 1);

        foreach (int pageBytes in new[] { 512, 1024, 4096 })
        {
            Run(new HeapCase(
                program,
                new WorldSettings
                {
                    Processors = 2,
                    Workers = 2,
                    PageBytes = pageBytes,
                    MaxSmallSize = SmallWords * sizeof(long),
                },
                ScheduleSeed: 0));
        }
    }

    private static void Run(HeapCase generated)
        => ProgramRunner<NativeSync>.Run(
            generated.Program,
            generated.Settings.ToOptions(generated.Program),
            generated.Settings.ConservativeFrames);
}
