using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Detectors;

/// <summary>Blocks that take the place of freed ones.</summary>
public sealed unsafe class ReuseTests
{
    [Fact]
    public void A_swap_that_compares_addresses_fails_by_reuse_and_not_if_blocks_are_freed_late()
    {
        Failure failure = Programs.Fails(FailureKind.Oracle, () => Swap(freeAtOnce: true));
        Assert.InRange(failure.Execution, 0, 50);
        Programs.Passes(() => Swap(freeAtOnce: false));
    }

    [Fact]
    public void A_stack_that_frees_its_nodes_is_a_use_after_free_whether_they_are_reused_or_not()
    {
        Failure failure = Programs.Fails(FailureKind.UseAfterFree, Pop);
        Assert.StartsWith("use after free of node.Next", failure.Message, StringComparison.Ordinal);

        static void Pop()
        {
            Node** head = (Node**)S.Allocate<nint>(1, "head");
            S.VolatileWrite(head, S.Allocate<Node>(1, "node"));
            Programs.Both(() => PopOne(head), () => PopOne(head));
        }

        static void PopOne(Node** head)
        {
            Node* top = S.VolatileRead(head);
            if (top != null && S.CompareExchange(head, S.Read(&top->Next), top) == top)
            {
                S.Free(top);
            }
        }
    }

    [Fact]
    public void A_new_block_is_sometimes_fresh_and_sometimes_where_the_last_one_was()
    {
        int reused = 0;
        int fresh = 0;
        Programs.Passes(() =>
        {
            long* one = S.Allocate<long>(2, "one");
            S.Write(one, 5);
            S.Free(one);
            int* other = S.Allocate<int>(3, "other");
            OracleException.Require(S.Read(other) == 0, "not zeroed");
            _ = one == other ? reused++ : fresh++;
        });
        Assert.InRange(reused, 75, 225);
        Assert.InRange(fresh, 75, 225);
    }

    [Fact]
    public void A_block_of_another_size_is_always_fresh()
        => Programs.Passes(() =>
        {
            byte* one = S.Allocate<byte>(64, "one");
            S.Free(one);
            OracleException.Require(S.Allocate<byte>(65, "other") != one, "reused");
        });

    [Fact]
    public void What_was_done_to_the_old_block_does_not_race_with_the_new_one_and_its_bounds_are_its_own()
    {
        Programs.Passes(() => Reuse(3));
        Programs.Fails(FailureKind.OutOfBounds, () => Reuse(4));

        static void Reuse(int index)
        {
            long* one = S.Allocate<long>(4, "one");
            S.Join(S.StartThread("t", () => S.Write(one + 3, 1)));
            S.Free(one);
            int* other = S.Allocate<int>(4, "other");
            SyncThread thread = S.StartThread("u", () => S.Write(other + index, 1));
            S.Write(other, 1);
            S.Join(thread);
        }
    }

    /// <summary>
    /// One thread swaps out what it saw in a slot; another replaces the block there. The swap must not succeed if that
    /// came between.
    /// </summary>
    private static void Swap(bool freeAtOnce)
    {
        Node** slot = (Node**)S.Allocate<nint>(1, "slot");
        int* replaced = S.Allocate<int>(1, "replaced");
        S.VolatileWrite(slot, S.Allocate<Node>(1, "node"));
        bool sawFirst = false;
        bool swapped = false;
        bool foundFirst = false;
        Programs.Both(
            () =>
            {
                Node* seen = S.VolatileRead(slot);
                sawFirst = seen != null && S.VolatileRead(replaced) == 0;
                swapped = S.CompareExchange(slot, null, seen) == seen;
            },
            () =>
            {
                S.VolatileWrite(replaced, 1);
                var first = (Node*)S.Exchange((nint*)slot, 0);
                foundFirst = first != null;
                if (foundFirst && freeAtOnce)
                {
                    S.Free(first);
                }

                S.VolatileWrite(slot, S.Allocate<Node>(1, "node"));
            });
        OracleException.Require(!sawFirst || !swapped || !foundFirst, "the first block was taken out twice");
    }

    private struct Node
    {
        internal Node* Next;
    }
}
