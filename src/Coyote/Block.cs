namespace Testbed.Coyote;

/// <summary>A block of shared memory. It stays where it is until the execution has ended, freed or not.</summary>
/// <param name="name">What reports call it.</param>
/// <param name="start">Its first byte.</param>
/// <param name="bytes">How many bytes it has.</param>
internal sealed class Block(string name, nint start, nint bytes)
{
    internal string Name { get; } = name;

    internal nint Start { get; } = start;

    internal nint Bytes { get; } = bytes;

    /// <summary>Who freed it, or null; then an access is a failure.</summary>
    internal ControlledThread? FreedBy { get; set; }
}
