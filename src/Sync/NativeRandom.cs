using System.Diagnostics;

namespace Testbed.Sync;

/// <summary>A generator a thread, seeded by the clock: production wants speed and spread, not repeatability.</summary>
internal static class NativeRandom
{
    [ThreadStatic]
    private static ulong s_state;

    /// <summary>A number in [0, bound), by xorshift64* (Vigna 2016) and Lemire's multiplication.</summary>
    internal static uint Next(uint bound)
    {
        ulong state = s_state;
        if (state == 0)
        {
            state = ((ulong)Stopwatch.GetTimestamp() * 0x9E3779B97F4A7C15) ^ (ulong)Environment.CurrentManagedThreadId;
            state |= 1;
        }

        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        s_state = state;
        ulong random = (state * 0x2545F4914F6CDD1D) >> 32;
        return (uint)((random * bound) >> 32);
    }
}
