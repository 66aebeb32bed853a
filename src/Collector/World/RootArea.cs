using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// One of a world's two areas of global references: what one refers to stays alive. Goroutines that share a word order
/// their accesses themselves.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
public readonly unsafe struct RootArea<TSync>
    where TSync : struct, ISync
{
    private readonly nint* _words;

    internal RootArea(nint* words, int count)
    {
        _words = words;
        Count = count;
    }

    /// <summary>How many references there is room for.</summary>
    public int Count { get; }

    /// <summary>A reference.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such word.</exception>
    public Reference this[int index]
    {
        get => new(TSync.Read(WordAt(index)));
        set => TSync.Write(WordAt(index), value.Address);
    }

    private nint* WordAt(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the area has {Count} words");
        }

        return _words + index;
    }
}
