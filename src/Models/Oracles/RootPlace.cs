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
}

/// <summary>Where a root is.</summary>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="Goroutine">The goroutine's number, if it is in a frame.</param>
/// <param name="Frame">Which frame, if it is in one; the newest is 0.</param>
/// <param name="Slot">Which word or slot.</param>
internal readonly record struct RootPlace(RootKind Kind, long Goroutine, int Frame, int Slot)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        RootKind.Data => $"data[{Slot}]",
        RootKind.Bss => $"bss[{Slot}]",
        _ => $"slot {Slot} of frame {Frame} (0 is the newest) of goroutine {Goroutine}",
    };
}
