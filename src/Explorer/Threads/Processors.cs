using System.Runtime.InteropServices;

namespace Testbed.Explorer;

/// <summary>
/// Ties threads to processors, so that a hand-off wakes nobody on another one. Does nothing but on Linux.
/// </summary>
internal static unsafe partial class Processors
{
    private const int MaskBytes = 128;

    /// <summary>The processors that the calling thread may use, its present one first.</summary>
    internal static IReadOnlyList<int> Allowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        if (GetAffinity(0, MaskBytes, mask) < 0)
        {
            return [];
        }

        var allowed = new List<int>();
        for (int processor = 0; processor < MaskBytes * 8; processor++)
        {
            if ((mask[processor / 8] & (1 << (processor % 8))) != 0)
            {
                allowed.Add(processor);
            }
        }

        int present = Math.Max(0, allowed.IndexOf(GetProcessor()));
        return [.. allowed.Skip(present), .. allowed.Take(present)];
    }

    /// <summary>Ties the calling thread to a processor. A refusal costs speed only, so it is no error.</summary>
    internal static void Use(int processor)
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[processor / 8] = (byte)(1 << (processor % 8));
        _ = SetAffinity(0, MaskBytes, mask);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int GetProcessor();
}
