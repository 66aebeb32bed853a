using System.Globalization;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>The objects of Octane's splay benchmark: nodes of the tree, and the payload that hangs on each.</summary>
internal sealed class SplayTypes
{
    /// <summary>Where a node's key is.</summary>
    public const int Key = 0;

    /// <summary>Where a node's payload is.</summary>
    public const int Value = 8;

    /// <summary>Where the child with smaller keys is.</summary>
    public const int Left = 16;

    /// <summary>Where the child with greater keys is.</summary>
    public const int Right = 24;

    /// <summary>How deep a payload is.</summary>
    private const int PayloadDepth = 5;

    /// <summary>How many numbers a payload's leaf has, 0 and up.</summary>
    private const int LeafNumbers = 10;

    /// <summary>How many characters a word of a text holds.</summary>
    private const int CharactersPerWord = 8;

    private const int First = 0;
    private const int Second = 8;

    private readonly TypeId _node;
    private readonly TypeId _pair;
    private readonly FrameMap _children;

    /// <summary>Registers the types.</summary>
    /// <param name="world">A world that has not started.</param>
    public SplayTypes(NativeWorld world)
    {
        _node = world.RegisterType(new TypeShape("splay.node", 32, Value, Left, Right));
        _pair = world.RegisterType(new TypeShape("splay.pair", 16, First, Second));
        _children = world.RegisterFrame(SlotKind.Pointer, SlotKind.Pointer);
    }

    /// <summary>Allocates a node, which nothing roots yet.</summary>
    /// <param name="goroutine">Who allocates.</param>
    public Reference AllocateNode(NativeGoroutine goroutine) => goroutine.Allocate(_node);

    /// <summary>Makes a payload: a tree whose leaves have an array of numbers and a text that names the key.</summary>
    /// <param name="goroutine">Who allocates.</param>
    /// <param name="key">The key that it belongs to.</param>
    /// <returns>The payload, which nothing roots yet.</returns>
    public Reference MakePayload(NativeGoroutine goroutine, long key) => MakePayload(goroutine, key, PayloadDepth);

    /// <summary>Walks a payload and looks at all of it.</summary>
    /// <param name="goroutine">Who looks.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="key">The key that it belongs to.</param>
    /// <returns>Whether it is as it was made.</returns>
    public static bool IsIntact(NativeGoroutine goroutine, Reference payload, long key)
        => IsIntact(goroutine, payload, LeafText(key), PayloadDepth);

    private static string LeafText(long key)
        => string.Create(CultureInfo.InvariantCulture, $"String for key {key} in leaf node");

    private Reference MakePayload(NativeGoroutine goroutine, long key, int depth)
    {
        using NativeFrame frame = goroutine.PushFrame(_children);
        if (depth == 0)
        {
            frame[0] = MakeNumbers(goroutine);
            frame[1] = MakeText(goroutine, LeafText(key));
        }
        else
        {
            frame[0] = MakePayload(goroutine, key, depth - 1);
            frame[1] = MakePayload(goroutine, key, depth - 1);
        }

        Reference pair = goroutine.Allocate(_pair);
        goroutine.WriteReference(pair, First, frame[0]);
        goroutine.WriteReference(pair, Second, frame[1]);
        return pair;
    }

    private static Reference MakeNumbers(NativeGoroutine goroutine)
    {
        Reference numbers = goroutine.AllocateBytes(LeafNumbers * sizeof(long));
        for (int i = 0; i < LeafNumbers; i++)
        {
            goroutine.WriteWord(numbers, i * sizeof(long), i);
        }

        return numbers;
    }

    private static Reference MakeText(NativeGoroutine goroutine, string text)
    {
        int words = (text.Length + CharactersPerWord - 1) / CharactersPerWord;
        Reference block = goroutine.AllocateBytes(words * sizeof(long));
        for (int word = 0; word < words; word++)
        {
            goroutine.WriteWord(block, word * sizeof(long), WordOf(text, word));
        }

        return block;
    }

    private static bool IsIntact(NativeGoroutine goroutine, Reference payload, string text, int depth)
    {
        Reference first = goroutine.ReadReference(payload, First);
        Reference second = goroutine.ReadReference(payload, Second);
        return depth == 0
            ? NumbersAreIntact(goroutine, first) && TextIsIntact(goroutine, second, text)
            : IsIntact(goroutine, first, text, depth - 1) && IsIntact(goroutine, second, text, depth - 1);
    }

    private static bool NumbersAreIntact(NativeGoroutine goroutine, Reference numbers)
    {
        for (int i = 0; i < LeafNumbers; i++)
        {
            if (goroutine.ReadWord(numbers, i * sizeof(long)) != i)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TextIsIntact(NativeGoroutine goroutine, Reference block, string text)
    {
        for (int word = 0; word * CharactersPerWord < text.Length; word++)
        {
            if (goroutine.ReadWord(block, word * sizeof(long)) != WordOf(text, word))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Some characters of a text of ASCII, one a byte, lowest first.</summary>
    private static long WordOf(string text, int word)
    {
        long bytes = 0;
        int start = word * CharactersPerWord;
        for (int i = start; i < Math.Min(start + CharactersPerWord, text.Length); i++)
        {
            bytes |= (long)(byte)text[i] << (8 * (i - start));
        }

        return bytes;
    }
}
