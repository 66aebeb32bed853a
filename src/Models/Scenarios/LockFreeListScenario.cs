using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Three threads pop nodes of a lock-free list, use them and push them again, so that a head that a popper has read
/// comes back with another successor (ABA). No node may be owned twice or get lost.
/// </summary>
/// <param name="name">The scenario's name.</param>
/// <param name="bounds">What it is bounded to, if it is small enough for a proof.</param>
/// <param name="nodes">How many nodes there are.</param>
/// <param name="togetherBySecond">How many nodes the second thread pops before it pushes; the others pop one.</param>
internal sealed unsafe class LockFreeListScenario(string name, string? bounds, int nodes, int togetherBySecond) : Scenario
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string? Bounds => bounds;

    /// <inheritdoc/>
    public override string Summary => "threads pop and push recycled nodes: none is owned twice, none gets lost";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["list.*", "node*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var list = new LockFreeList<TSync>("list", tagBits: 17);
        Node* block = TSync.Allocate<Node>((nuint)nodes, "node");
        for (int i = 0; i < nodes; i++)
        {
            list.Push(&block[i].Links);
        }

        SyncThread first = TSync.StartThread("first", () => Recycle(list, together: 1));
        SyncThread second = TSync.StartThread("second", () => Recycle(list, togetherBySecond));
        Recycle(list, together: 1);
        TSync.Join(first);
        TSync.Join(second);
        int left = 0;
        while (Take(list) != null)
        {
            left++;
            OracleException.Require(left <= nodes, "the list has more nodes than there are");
        }

        OracleException.Require(left == nodes, $"{left} of {nodes} nodes are left");
        TSync.Free(block);
    }

    /// <summary>Pops some nodes, then pushes them, the first popped first, so that their order changes.</summary>
    private static void Recycle<TSync>(LockFreeList<TSync> list, int together)
        where TSync : struct, ISync
    {
        Node* first = Take(list);
        Node* second = together > 1 ? Take(list) : null;
        Give(list, first);
        Give(list, second);
    }

    private static Node* Take<TSync>(LockFreeList<TSync> list)
        where TSync : struct, ISync
    {
        var node = (Node*)list.TryPop();
        if (node != null)
        {
            OracleException.Require(TSync.Read(&node->Owned) == 0, "a node was popped that somebody owns");
            TSync.Write(&node->Owned, 1);
        }

        return node;
    }

    private static void Give<TSync>(LockFreeList<TSync> list, Node* node)
        where TSync : struct, ISync
    {
        if (node != null)
        {
            TSync.Write(&node->Owned, 0);
            list.Push(&node->Links);
        }
    }

    /// <summary>A node that remembers whether it is in use.</summary>
    [System.Runtime.InteropServices.StructLayout(
        System.Runtime.InteropServices.LayoutKind.Sequential, Size = ListNode.Alignment)]
    private struct Node
    {
        /// <summary>The list's.</summary>
        internal ListNode Links;

        /// <summary>Whether a thread has it: written by the thread that popped it, before it pushes it.</summary>
        internal int Owned;
    }
}
