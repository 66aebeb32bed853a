using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>
/// A top-down splay tree (Sleator and Tarjan, 1985) on the collected heap. One goroutine owns it.
/// </summary>
/// <remarks>
/// Only <see cref="Insert"/> allocates, and roots what it works with; nothing else has a safepoint, so nothing else
/// needs to.
/// </remarks>
internal sealed class SplayTree
{
    private const int RootSlot = 0;
    private const int DummySlot = 1;
    private const int NewSlot = 2;

    private readonly SplayTypes _types;
    private readonly NativeGoroutine _goroutine;
    private readonly NativeFrame _frame;

    /// <summary>Creates an empty tree.</summary>
    /// <param name="types">Its types.</param>
    /// <param name="goroutine">Its owner.</param>
    /// <param name="frame">A frame of <see cref="Slots"/> that only the tree uses, and that ends after it.</param>
    public SplayTree(SplayTypes types, NativeGoroutine goroutine, NativeFrame frame)
    {
        _types = types;
        _goroutine = goroutine;
        _frame = frame;
        frame[DummySlot] = types.AllocateNode(goroutine);
    }

    /// <summary>What the tree's frame must have.</summary>
    public static SlotKind[] Slots => [SlotKind.Pointer, SlotKind.Pointer, SlotKind.Pointer];

    private Reference Root
    {
        get => _frame[RootSlot];
        set => _frame[RootSlot] = value;
    }

    /// <summary>Adds a key with its payload.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False if the tree had it already.</returns>
    public bool Insert(long key)
    {
        if (Contains(key))
        {
            return false;
        }

        _frame[NewSlot] = _types.AllocateNode(_goroutine);
        _goroutine.WriteWord(_frame[NewSlot], SplayTypes.Key, key);
        _goroutine.WriteReference(_frame[NewSlot], SplayTypes.Value, _types.MakePayload(_goroutine, key));
        Reference node = _frame[NewSlot];
        Reference root = Root;
        if (!root.IsNull)
        {
            // The search for the key has brought a neighbour of it to the root.
            bool rootIsSmaller = KeyOf(root) < key;
            int nearer = rootIsSmaller ? SplayTypes.Left : SplayTypes.Right;
            int farther = rootIsSmaller ? SplayTypes.Right : SplayTypes.Left;
            _goroutine.WriteReference(node, nearer, root);
            _goroutine.WriteReference(node, farther, _goroutine.ReadReference(root, farther));
            _goroutine.WriteReference(root, farther, Reference.Null);
        }

        Root = node;
        _frame[NewSlot] = Reference.Null;
        return true;
    }

    /// <summary>Removes a key and drops its payload.</summary>
    /// <param name="key">A key of the tree.</param>
    /// <returns>False if the tree does not have it.</returns>
    public bool Remove(long key)
    {
        if (!Contains(key))
        {
            return false;
        }

        Reference left = _goroutine.ReadReference(Root, SplayTypes.Left);
        Reference right = _goroutine.ReadReference(Root, SplayTypes.Right);
        if (left.IsNull)
        {
            Root = right;
        }
        else
        {
            // Splaying the smaller keys for a greater one leaves their greatest at the root, without a right child.
            Root = left;
            Splay(key);
            _goroutine.WriteReference(Root, SplayTypes.Right, right);
        }

        return true;
    }

    /// <summary>The greatest key that is less than another.</summary>
    /// <param name="key">The other.</param>
    /// <returns>The key, or null if there is none.</returns>
    public long? FindGreatestLessThan(long key)
    {
        if (Root.IsNull)
        {
            return null;
        }

        Splay(key);
        Reference node = Root;
        if (KeyOf(node) < key)
        {
            return KeyOf(node);
        }

        node = _goroutine.ReadReference(node, SplayTypes.Left);
        if (node.IsNull)
        {
            return null;
        }

        for (Reference right; !(right = _goroutine.ReadReference(node, SplayTypes.Right)).IsNull; node = right)
        {
        }

        return KeyOf(node);
    }

    /// <summary>All keys in order, after a look at the payload of each.</summary>
    /// <exception cref="Sync.OracleException">A payload is not what it was.</exception>
    public List<long> ExportKeys()
    {
        // A splay tree may be as deep as it has keys: too deep for the stack of a thread.
        var keys = new List<long>();
        var parents = new Stack<Reference>();
        Reference node = Root;
        while (!node.IsNull || parents.Count > 0)
        {
            for (; !node.IsNull; node = _goroutine.ReadReference(node, SplayTypes.Left))
            {
                parents.Push(node);
            }

            node = parents.Pop();
            long key = KeyOf(node);
            bool intact = SplayTypes.IsIntact(_goroutine, _goroutine.ReadReference(node, SplayTypes.Value), key);
            if (!intact)
            {
                throw new Sync.OracleException($"the payload of key {key} is not what was stored");
            }

            keys.Add(key);
            node = _goroutine.ReadReference(node, SplayTypes.Right);
        }

        return keys;
    }

    private bool Contains(long key)
    {
        if (Root.IsNull)
        {
            return false;
        }

        Splay(key);
        return KeyOf(Root) == key;
    }

    private long KeyOf(Reference node) => _goroutine.ReadWord(node, SplayTypes.Key);

    /// <summary>
    /// Brings the key, or a neighbour of it, to the root. What is passed on the way hangs on the dummy: smaller keys on
    /// its right, greater ones on its left.
    /// </summary>
    private void Splay(long key)
    {
        Reference dummy = _frame[DummySlot];
        Reference smaller = dummy;
        Reference greater = dummy;
        Reference current = Root;
        while (KeyOf(current) != key)
        {
            bool goLeft = key < KeyOf(current);
            int side = goLeft ? SplayTypes.Left : SplayTypes.Right;
            int other = goLeft ? SplayTypes.Right : SplayTypes.Left;
            Reference child = _goroutine.ReadReference(current, side);
            if (child.IsNull)
            {
                break;
            }

            if (goLeft ? key < KeyOf(child) : key > KeyOf(child))
            {
                // Two steps to the same side: rotate first, which is what keeps the tree shallow.
                _goroutine.WriteReference(current, side, _goroutine.ReadReference(child, other));
                _goroutine.WriteReference(child, other, current);
                current = child;
                child = _goroutine.ReadReference(current, side);
                if (child.IsNull)
                {
                    break;
                }
            }

            if (goLeft)
            {
                _goroutine.WriteReference(greater, SplayTypes.Left, current);
                greater = current;
            }
            else
            {
                _goroutine.WriteReference(smaller, SplayTypes.Right, current);
                smaller = current;
            }

            current = child;
        }

        Assemble(dummy, smaller, greater, current);
    }

    private void Assemble(Reference dummy, Reference smaller, Reference greater, Reference root)
    {
        _goroutine.WriteReference(smaller, SplayTypes.Right, _goroutine.ReadReference(root, SplayTypes.Left));
        _goroutine.WriteReference(greater, SplayTypes.Left, _goroutine.ReadReference(root, SplayTypes.Right));
        _goroutine.WriteReference(root, SplayTypes.Left, _goroutine.ReadReference(dummy, SplayTypes.Right));
        _goroutine.WriteReference(root, SplayTypes.Right, _goroutine.ReadReference(dummy, SplayTypes.Left));

        // The dummy lives on between splays and must keep nothing alive.
        _goroutine.WriteReference(dummy, SplayTypes.Left, Reference.Null);
        _goroutine.WriteReference(dummy, SplayTypes.Right, Reference.Null);
        Root = root;
    }
}
