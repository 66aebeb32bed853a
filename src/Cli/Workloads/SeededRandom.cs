namespace Testbed.Cli.Workloads;

/// <summary>A sequence of numbers that depends on its seed alone, on every version of .NET (SplitMix64).</summary>
/// <param name="seed">Where it starts.</param>
/// <param name="stream">Which of the independent sequences of that seed it is.</param>
internal sealed class SeededRandom(long seed, int stream)
{
    private ulong _state = Mix(unchecked((ulong)seed + (0xD1B54A32D192ED03UL * (ulong)(stream + 1))));

    /// <summary>The next number, any of 2^63.</summary>
    public long Next()
    {
        _state = unchecked(_state + 0x9E3779B97F4A7C15UL);
        return (long)(Mix(_state) >> 1);
    }

    /// <summary>The next number below a bound.</summary>
    /// <param name="bound">One more than the greatest; at least 1.</param>
    public int Next(int bound) => (int)(Next() % bound);

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
