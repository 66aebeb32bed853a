namespace Testbed.Explorer;

/// <summary>
/// The random numbers of one execution, a function of the exploration's seed and the execution's number: SplitMix64
/// (G. Steele, D. Lea, C. Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
/// </summary>
internal sealed class SchedulingRandom
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts over, for an execution.</summary>
    internal void Reset(ulong seed, long execution) => _state = Mix(Mix(seed + Gamma) ^ Mix((ulong)execution + 1));

    /// <summary>A number of 64 bits.</summary>
    internal ulong Next() => Mix(_state += Gamma);

    /// <summary>A number in [0, bound), by Lemire's multiplication; its bias, below bound/2^32, is accepted.</summary>
    internal uint Next(uint bound) => (uint)(((Next() >> 32) * bound) >> 32);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
