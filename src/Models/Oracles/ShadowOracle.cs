using Testbed.Models.Heaps;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>
/// Checks the heap against the model after each collection: everything that the model reaches is an object where it was
/// put, with its content; nothing else was kept; no two objects overlap; and the heap's own books balance.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="shadow">The model.</param>
internal unsafe class ShadowOracle<TSync>(ShadowHeap shadow) : CycleOracle<TSync>
    where TSync : struct, ISync
{
    private HeapVerifier<TSync>? _verifier;

    /// <summary>The model.</summary>
    protected ShadowHeap Shadow { get; } = shadow;

    /// <inheritdoc/>
    protected override void CheckHeap()
    {
        List<ShadowNode> reachable = Shadow.FindReachable();
        foreach (ShadowNode node in reachable)
        {
            CheckNode(node);
        }

        CheckDisjoint(reachable);
        long objects = World.Heap.ReadStatistics().Objects;
        OracleException.Require(
            objects == reachable.Count, $"{objects} objects survived, {reachable.Count} are reachable");
        (_verifier ??= new HeapVerifier<TSync>(World)).Verify();
    }

    private void CheckNode(ShadowNode node)
    {
        OracleException.Require(
            World.Heap.TryFindObject(node.Address, out nint start, out _) && start == node.Address,
            $"{node} is no object any more, though it is reachable");
        OracleException.Require(
            World.Heap.Bitmap.IsAllocated(node.Address), $"{node} is free, though it is reachable");
        OracleException.Require(
            !World.Heap.Bitmap.IsMarked(node.Address), $"{node} is still marked after the sweep");
        for (int word = 0; word < node.Shape.TotalWords; word++)
        {
            long found = TSync.Read((long*)node.Address + word);
            OracleException.Require(
                found == node.WordAt(word),
                $"{node}, word {word}: 0x{found:x} is there, 0x{node.WordAt(word):x} was written");
        }
    }

    private static void CheckDisjoint(List<ShadowNode> nodes)
    {
        nodes.Sort((left, right) => left.Address.CompareTo(right.Address));
        for (int i = 1; i < nodes.Count; i++)
        {
            OracleException.Require(
                nodes[i - 1].Address + nodes[i - 1].Shape.Bytes <= nodes[i].Address,
                $"{nodes[i - 1]} and {nodes[i]} overlap");
        }
    }
}
