using System.Runtime.InteropServices;

namespace Testbed.Collector;

/// <summary>
/// What one worker of the mark loop knows, on cache lines of its own. Belongs to the worker while marking; the world's
/// stop and start order it before and after.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct MarkWorker
{
    /// <summary>The buffer that it works from, or null.</summary>
    internal WorkBuffer* Buffer;

    /// <summary>
    /// A ring of addresses whose memory is on its way into the cache. Holds those from <see cref="Oldest"/> up to
    /// <see cref="Newest"/>, taken modulo its length.
    /// </summary>
    internal nint* Ring;

    /// <summary>How many addresses were ever taken from the ring.</summary>
    internal uint Oldest;

    /// <summary>How many addresses were ever put into the ring.</summary>
    internal uint Newest;

    /// <summary>How many objects it has marked.</summary>
    internal long Objects;

    /// <summary>How many bytes they take.</summary>
    internal long Bytes;

    /// <summary>Where the heap starts.</summary>
    internal nint HeapStart;

    /// <summary>How many bytes of it are in use; constant while the world is stopped.</summary>
    internal nuint HeapBytes;
}
