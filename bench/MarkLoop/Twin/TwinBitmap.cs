using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Threading;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary>The mark loop's side of <c>Bitmap</c>, without the seam, over the same words.</summary>
internal sealed unsafe class TwinBitmap
{
    private const int MarkShift = 6;
    private const int KindShift = 4;
    private const int ScanShift = 16;
    private const int WordShift = 3;

    private readonly nint _start;
    private readonly ulong* _marks;
    private readonly ulong* _kinds;

    internal TwinBitmap(nint start, ulong* marks, ulong* kinds)
    {
        _start = start;
        _marks = marks;
        _kinds = kinds;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsAllocated(nint address) => (*KindsOf(address, out int bit) >> bit & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsScan(nint address) => (*KindsOf(address, out int bit) >> (bit + ScanShift) & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryMark(nint address)
    {
        ulong* word = MarksOf(address, out int bit);
        ulong mark = 1UL << bit;
        ulong old = *word;
        while ((old & mark) == 0)
        {
            ulong seen = Interlocked.CompareExchange(ref *word, old | mark, old);
            if (seen == old)
            {
                return true;
            }

            old = seen;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(nint address)
    {
        Prefetch(MarksOf(address, out _));
        Prefetch(KindsOf(address, out _));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong* MarksOf(nint address, out int bit)
    {
        nint word = (address - _start) >> WordShift;
        bit = (int)(word & ((1 << MarkShift) - 1));
        return _marks + (word >> MarkShift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong* KindsOf(nint address, out int bit)
    {
        nint word = (address - _start) >> WordShift;
        bit = (int)(word & ((1 << KindShift) - 1));
        return _kinds + (word >> KindShift);
    }
}
