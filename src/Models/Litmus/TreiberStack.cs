using Testbed.Sync;

namespace Testbed.Models.Litmus;

/// <summary>
/// A lock-free stack of three nodes by index (R. Treiber, 1986): one thread pops; the other pops two and pushes the
/// first again. Without a tag the head that the one has read comes back with another successor (ABA), and a node is
/// owned twice.
/// </summary>
/// <param name="name">What the command line calls it.</param>
/// <param name="summary">What must hold.</param>
/// <param name="tagged">Whether the head counts its changes.</param>
internal sealed unsafe class TreiberStack(string name, string summary, bool tagged) : LitmusTest(name, summary)
{
    private const int Nodes = 3;
    private const int TagShift = 8;
    private const int IndexMask = (1 << TagShift) - 1;

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        // The head is a node's number from 1, or 0, and above that the tag. Nexts are numbers.
        int* head = TSync.Allocate<int>(1, "head");
        int* nexts = TSync.Allocate<int>(Nodes + 1, "next");
        int* owned = TSync.Allocate<int>(Nodes + 1, "owned");
        for (int node = 1; node < Nodes; node++)
        {
            TSync.Write(nexts + node, node + 1);
        }

        TSync.Write(head, 1);
        SyncThread second = TSync.StartThread("second", () =>
        {
            int popped = Pop<TSync>(head, nexts);
            Own<TSync>(owned, popped);
            Own<TSync>(owned, Pop<TSync>(head, nexts));
            if (popped != 0)
            {
                TSync.Write(owned + popped, 0);
                Push<TSync>(head, nexts, popped);
            }
        });
        Own<TSync>(owned, Pop<TSync>(head, nexts));
        TSync.Join(second);
        for (int node = TSync.Read(head) & IndexMask; node != 0; node = TSync.Read(nexts + node))
        {
            Own<TSync>(owned, node);
        }

        TSync.Free(head);
        TSync.Free(nexts);
        TSync.Free(owned);
    }

    private static void Own<TSync>(int* owned, int node)
        where TSync : struct, ISync
    {
        if (node != 0)
        {
            OracleException.Require(TSync.Read(owned + node) == 0, "a node was popped that somebody owns");
            TSync.Write(owned + node, 1);
        }
    }

    private int Pop<TSync>(int* head, int* nexts)
        where TSync : struct, ISync
    {
        while (true)
        {
            int seen = TSync.VolatileRead(head);
            int node = seen & IndexMask;
            if (node == 0)
            {
                return 0;
            }

            int next = TSync.VolatileRead(nexts + node);
            if (TSync.CompareExchange(head, next | NextTag(seen), seen) == seen)
            {
                return node;
            }
        }
    }

    private void Push<TSync>(int* head, int* nexts, int node)
        where TSync : struct, ISync
    {
        while (true)
        {
            int seen = TSync.VolatileRead(head);
            TSync.VolatileWrite(nexts + node, seen & IndexMask);
            if (TSync.CompareExchange(head, node | NextTag(seen), seen) == seen)
            {
                return;
            }
        }
    }

    private int NextTag(int head) => tagged ? ((head >> TagShift) + 1) << TagShift : 0;
}
