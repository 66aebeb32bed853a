namespace Testbed.Properties.Generation;

/// <summary>Random numbers that are the same for the same seed on every platform (SplitMix64).</summary>
internal sealed class Randomness(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number in [0, <paramref name="bound"/>).</summary>
    internal uint Below(uint bound)
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (uint)((mixed ^ (mixed >> 31)) % bound);
    }
}
