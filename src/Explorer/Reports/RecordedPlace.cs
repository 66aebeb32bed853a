namespace Testbed.Explorer;

/// <summary>What an operation was done to, the same in every run of a schedule.</summary>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="Number">The number of the block, lock, note or thread, in the order of their creation.</param>
/// <param name="Offset">In memory: bytes from the start of the block.</param>
/// <param name="Bytes">In memory: how many bytes.</param>
public readonly record struct RecordedPlace(PlaceKind Kind, int Number, long Offset, long Bytes)
{
    /// <summary>Whether two places have something in common.</summary>
    /// <param name="other">The other.</param>
    public bool Overlaps(RecordedPlace other)
        => Kind != PlaceKind.None
            && Kind == other.Kind
            && Number == other.Number
            && (Kind != PlaceKind.Memory || (Offset < other.Offset + other.Bytes && other.Offset < Offset + Bytes));
}
