namespace Testbed.Cli.Workloads;

/// <summary>A number that depends on a sequence of numbers and their order (FNV-1a over words).</summary>
internal static class Checksum
{
    /// <summary>The checksum of no numbers.</summary>
    public const long Empty = unchecked((long)0xCBF29CE484222325);

    private const long Prime = 0x100000001B3;

    /// <summary>The checksum with one more number.</summary>
    /// <param name="sum">That of the numbers before.</param>
    /// <param name="value">The number.</param>
    public static long Add(long sum, long value) => unchecked((sum ^ value) * Prime);
}
