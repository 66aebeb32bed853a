namespace Testbed.Models.Oracles;

/// <summary>What kind of root there is at a <see cref="RootPlace"/>.</summary>
internal enum RootKind
{
    /// <summary>A word of the area with initial values.</summary>
    Data,

    /// <summary>A word of the area that starts zeroed.</summary>
    Bss,

    /// <summary>A slot of a goroutine's frame.</summary>
    Frame,

    /// <summary>What a goroutine that has not started is to be given.</summary>
    Context,

    /// <summary>A finalizer that waits to run or runs: its object, or what was given with it.</summary>
    QueuedFinalizer,

    /// <summary>A finalizer of an object: what was given with it, or what its object holds.</summary>
    Finalizer,
}

/// <summary>Where a root is.</summary>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="Goroutine">The goroutine's number, if it has one.</param>
/// <param name="Frame">Which frame, if it is in one; the newest is 0. Which span, if it is of an object's finalizer.</param>
/// <param name="Slot">Which word, slot, queued finalizer or object of the span.</param>
internal readonly record struct RootPlace(RootKind Kind, long Goroutine, int Frame, int Slot)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        RootKind.Data => $"data[{Slot}]",
        RootKind.Bss => $"bss[{Slot}]",
        RootKind.Context => $"what goroutine {Goroutine} is started with",
        RootKind.QueuedFinalizer => $"queued finalizer {Slot}",
        RootKind.Finalizer => $"finalizer of object {Slot} of span {Frame}",
        _ => $"slot {Slot} of frame {Frame} (0 is the newest) of goroutine {Goroutine}",
    };
}
