using System.Runtime.InteropServices;

namespace Testbed.Sync;

/// <summary>
/// Zeroed unmanaged blocks. A large one is mapped on Linux without a reservation, so that a heap may claim more
/// address space than there is memory, as the seed's arena does; elsewhere it comes from the C allocator.
/// </summary>
internal static unsafe partial class NativeBlock
{
    private const nuint Alignment = 64;
    private const nuint PageBytes = 4096;
    private const nuint MappedFrom = 1 << 20;
    private const int ProtectReadWrite = 0x1 | 0x2;
    private const int MapPrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;

    /// <summary>Allocates zeroed memory aligned to 64 bytes, or to a page when it is large.</summary>
    /// <exception cref="OutOfMemoryException">There is no such block.</exception>
    internal static void* Allocate(nuint bytes)
    {
        if (bytes >= MappedFrom && OperatingSystem.IsLinux())
        {
            nuint mapped = checked(bytes + PageBytes);
            nint start = Map(0, mapped, ProtectReadWrite, MapPrivateAnonymousNoReserve, -1, 0);
            if (start == -1)
            {
                throw new InsufficientMemoryException($"no {bytes} bytes of address space to be had");
            }

            var block = (byte*)start + PageBytes;
            HeaderOf(block)->MappedBytes = mapped;
            return block;
        }

        var raw = (byte*)NativeMemory.AlignedAlloc(checked(bytes + Alignment), Alignment);
        NativeMemory.Clear(raw, bytes + Alignment);
        return raw + Alignment;
    }

    /// <summary>Gives a block back; null does nothing.</summary>
    internal static void Free(void* block)
    {
        if (block == null)
        {
            return;
        }

        nuint mapped = HeaderOf(block)->MappedBytes;
        if (mapped == 0)
        {
            NativeMemory.AlignedFree((byte*)block - Alignment);
        }
        else if (Unmap((nint)((byte*)block - PageBytes), mapped) != 0)
        {
            throw new InvalidOperationException($"unmapping {mapped} bytes failed");
        }
    }

    private static Header* HeaderOf(void* block) => (Header*)((byte*)block - sizeof(Header));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    /// <summary>Right before each block.</summary>
    private struct Header
    {
        /// <summary>The length of the mapping; 0 if the block came from the C allocator.</summary>
        internal nuint MappedBytes;
    }
}
