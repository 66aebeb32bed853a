using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Root slots on the stack of a goroutine: what a slot refers to stays alive. Ends with <see cref="Dispose"/>, newest
/// frame first. Only the goroutine that pushed it uses it, while it runs.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
public readonly unsafe struct Frame<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly G* _g;
    private readonly nint* _slots;

    internal Frame(G* g, nint* slots, int count)
    {
        _g = g;
        _slots = slots;
        Count = count;
    }

    /// <summary>How many slots there are.</summary>
    public int Count { get; }

    /// <summary>The reference in a slot.</summary>
    /// <param name="slot">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    public Reference this[int slot]
    {
        get => new(TSync.Read(SlotAt(slot)));
        set => TSync.Write(SlotAt(slot), value.Address);
    }

    /// <summary>Sets two slots, of which the first is of kind <see cref="SlotKind.Eface"/>, to an interface value.</summary>
    /// <param name="slot">The first of them.</param>
    /// <param name="type">The type of the data; the default value makes the interface value null.</param>
    /// <param name="data">Where the data is; or, if it is a word without pointers, the data itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    public void SetInterface(int slot, TypeId type, nint data) => SetInterface(slot, (nint)type.Info, data);

    /// <summary>Sets two slots, of which the first is of kind <see cref="SlotKind.Iface"/>, to an interface value.</summary>
    /// <param name="slot">The first of them.</param>
    /// <param name="table">The type of the data; the default value makes the interface value null.</param>
    /// <param name="data">Where the data is; or, if it is a word without pointers, the data itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    public void SetInterface(int slot, InterfaceId table, nint data) => SetInterface(slot, (nint)table.Table, data);

    /// <summary>Pops the frame.</summary>
    /// <exception cref="InvalidOperationException">A newer frame is still there, or this one was popped already.</exception>
    public void Dispose()
    {
        if (_slots != null)
        {
            ShadowStack<TSync>.Pop(_g, _slots);
        }
    }

    private void SetInterface(int slot, nint first, nint data)
    {
        TSync.Write(SlotAt(slot + 1), data);
        TSync.Write(SlotAt(slot), first);
    }

    /// <summary>The address of a slot, after a check of its number.</summary>
    private nint* SlotAt(int slot)
    {
        if ((uint)slot >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"the frame has {Count} slots");
        }

        return _slots + slot;
    }
}
