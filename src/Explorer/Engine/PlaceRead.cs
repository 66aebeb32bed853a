namespace Testbed.Explorer;

/// <summary>A read of a place that others may change.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Writes">How many changes there had been at the time.</param>
internal readonly record struct PlaceRead(ulong Start, ulong Bytes, long Writes)
{
    /// <summary>Whether another read is of the same place.</summary>
    internal bool IsSamePlace(in PlaceRead other) => Start == other.Start && Bytes == other.Bytes;
}
