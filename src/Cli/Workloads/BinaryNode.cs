using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>Trees of nodes with two children, as several workloads have them.</summary>
/// <param name="run">The run, in whose world the type is registered.</param>
/// <param name="name">The type's name.</param>
/// <param name="bytes">The bytes of a node; the children are its first two words.</param>
internal sealed class BinaryNode(WorkloadRun run, string name, int bytes)
{
    private const int Left = 0;
    private const int Right = 8;

    /// <summary>Trees of at least this depth take long enough to look whether the run was told to end.</summary>
    private const int LongDepth = 12;

    private readonly TypeId _type = run.World.RegisterType(new TypeShape(name, bytes, Left, Right));
    private readonly FrameMap _children = run.World.RegisterFrame(SlotKind.Pointer, SlotKind.Pointer);

    /// <summary>How many nodes a full tree has; one of depth 0 is a single node.</summary>
    /// <param name="depth">Its depth.</param>
    public static long CountOf(int depth) => (1L << (depth + 1)) - 1;

    /// <summary>Allocates a node without children, which nothing roots yet.</summary>
    /// <param name="goroutine">Who allocates.</param>
    public Reference Allocate(NativeGoroutine goroutine) => goroutine.Allocate(_type);

    /// <summary>Makes a tree from its leaves up: each child waits in a frame until its parent is there.</summary>
    /// <param name="goroutine">Who allocates.</param>
    /// <param name="depth">Its depth.</param>
    /// <returns>The tree, which nothing roots yet.</returns>
    public Reference MakeBottomUp(NativeGoroutine goroutine, int depth)
    {
        if (depth == 0)
        {
            return Allocate(goroutine);
        }

        if (depth >= LongDepth)
        {
            run.ThrowIfCanceled();
        }

        using NativeFrame frame = goroutine.PushFrame(_children);
        frame[0] = MakeBottomUp(goroutine, depth - 1);
        frame[1] = MakeBottomUp(goroutine, depth - 1);
        Reference node = Allocate(goroutine);
        goroutine.WriteReference(node, Left, frame[0]);
        goroutine.WriteReference(node, Right, frame[1]);
        return node;
    }

    /// <summary>Grows a full tree below a node that a root reaches, and through it all that is new.</summary>
    /// <param name="goroutine">Who allocates.</param>
    /// <param name="depth">How deep to grow.</param>
    /// <param name="node">A node without children.</param>
    public void PopulateTopDown(NativeGoroutine goroutine, int depth, Reference node)
    {
        if (depth == 0)
        {
            return;
        }

        if (depth >= LongDepth)
        {
            run.ThrowIfCanceled();
        }

        goroutine.WriteReference(node, Left, Allocate(goroutine));
        goroutine.WriteReference(node, Right, Allocate(goroutine));
        PopulateTopDown(goroutine, depth - 1, goroutine.ReadReference(node, Left));
        PopulateTopDown(goroutine, depth - 1, goroutine.ReadReference(node, Right));
    }

    /// <summary>Counts the nodes of a tree. No safepoint, so that nothing need root it.</summary>
    /// <param name="goroutine">Who counts.</param>
    /// <param name="node">Its root, or null.</param>
    public static long Count(NativeGoroutine goroutine, Reference node)
        => node.IsNull
            ? 0
            : 1 + Count(goroutine, goroutine.ReadReference(node, Left))
                + Count(goroutine, goroutine.ReadReference(node, Right));
}
