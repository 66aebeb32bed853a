using System.Runtime.InteropServices;
using System.Threading;
using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

public unsafe class MarkLockFreeListTests
{
    [Fact]
    public void LastInFirstOut()
    {
        using var list = new LockFreeList<NativeSync>("list", tagBits: 17);
        Node* nodes = NativeSync.Allocate<Node>(3, "nodes");
        Assert.True(list.MaybeEmpty);
        Assert.True(list.TryPop() == null);
        for (int i = 0; i < 3; i++)
        {
            list.Push(&nodes[i].Links);
        }

        Assert.False(list.MaybeEmpty);
        Assert.Equal(3u, list.CountAtRest());
        Assert.True(list.TryPop() == &nodes[2].Links);
        Assert.True(list.TryPop() == &nodes[1].Links);
        list.Push(&nodes[2].Links);
        Assert.True(list.TryPop() == &nodes[2].Links);
        Assert.True(list.TryPop() == &nodes[0].Links);
        Assert.True(list.TryPop() == null);
        Assert.True(list.MaybeEmpty);
        NativeSync.Free(nodes);
    }

    [Fact]
    public void RefusesAddressThatDoesNotFit()
    {
        using var list = new LockFreeList<NativeSync>("work.full", tagBits: 17);
        Node* nodes = NativeSync.Allocate<Node>(2, "nodes");
        var misaligned = (ListNode*)((byte*)nodes + 8);
        CorruptionException exception = Assert.Throws<CorruptionException>(() => list.Push(misaligned));
        Assert.Contains("work.full", exception.Message, StringComparison.Ordinal);
        Assert.True(list.MaybeEmpty);
        NativeSync.Free(nodes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void TagWrapsAround(int tagBits)
    {
        using var list = new LockFreeList<NativeSync>("list", tagBits);
        Node* node = NativeSync.Allocate<Node>(1, "nodes");
        node->Links.PushCount = ulong.MaxValue - 2;
        for (int i = 0; i < 5; i++)
        {
            list.Push(&node->Links);
            Assert.True(list.TryPop() == &node->Links);
            Assert.True(list.TryPop() == null);
        }

        NativeSync.Free(node);
    }

    [Fact]
    public void ThreadsNeverOwnTheSameNode()
    {
        const int nodeCount = 6;
        const int rounds = 100_000;
        using var list = new LockFreeList<NativeSync>("list", tagBits: 17);
        Node* nodes = NativeSync.Allocate<Node>(nodeCount, "nodes");
        for (int i = 0; i < nodeCount; i++)
        {
            list.Push(&nodes[i].Links);
        }

        Threads.Run(4, _ =>
        {
            for (int round = 0; round < rounds; round++)
            {
                Node* first = Take(list);
                Node* second = round % 2 == 0 ? Take(list) : null;
                Give(list, first);
                Give(list, second);
            }
        });

        Assert.Equal((nuint)nodeCount, list.CountAtRest());
        NativeSync.Free(nodes);
    }

    private static Node* Take(LockFreeList<NativeSync> list)
    {
        var node = (Node*)list.TryPop();
        if (node != null)
        {
            Assert.Equal(1, Interlocked.Increment(ref node->Owners));
        }

        return node;
    }

    private static void Give(LockFreeList<NativeSync> list, Node* node)
    {
        if (node != null)
        {
            Interlocked.Decrement(ref node->Owners);
            list.Push(&node->Links);
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = ListNode.Alignment)]
    private struct Node
    {
        internal ListNode Links;
        internal int Owners;
    }
}
