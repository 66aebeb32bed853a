using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// What the collector knows of each word of the arena: whether an object starts there, whether it may hold pointers,
/// whether it is marked. The seed's <c>bitAllocated</c>, <c>bitScan</c>, <c>bitMarked</c>.
/// </summary>
/// <remarks>
/// <para>
/// Marks lie apart, one bit a word, so that the mark loop touches few cache lines; the rest is grouped by 16 words:
/// bits 0 to 15 say allocated, 16 to 31 scan. A free object on a list is allocated and not scanned, as in the seed.
/// </para>
/// <para>
/// A page is at least 64 words, so no word of the bitmap belongs to two spans: whoever owns a span alone may write its
/// bits. Objects of one span share words: a mark is set by an atomic operation (golang/go 5bfe8adee5). Readers look at any
/// time, so every access is racy or atomic.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class Bitmap<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int MarkShift = 6;
    private const int KindShift = 4;
    private const int ScanShift = 16;
    private const int WordShift = 3;

    private readonly nint _start;
    private readonly ulong* _marks;
    private readonly ulong* _kinds;

    /// <summary>A clear bitmap of an arena.</summary>
    internal Bitmap(nint start, nuint bytes)
    {
        _start = start;
        nuint words = bytes >> WordShift;
        _marks = TSync.Allocate<ulong>(words >> MarkShift, "bitmap.marks");
        _kinds = TSync.Allocate<ulong>(words >> KindShift, "bitmap.kinds");
    }

    /// <summary>How many bytes describe so many of the arena.</summary>
    internal static long BytesFor(long bytes)
        => sizeof(ulong) * (((bytes >> WordShift) >> MarkShift) + ((bytes >> WordShift) >> KindShift));

    /// <summary>Whether an object, free or not, starts at an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsAllocated(nint address) => (TSync.RacyRead(KindsOf(address, out int bit)) >> bit & 1) != 0;

    /// <summary>Whether the object at an address may hold pointers, and is not free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsScan(nint address)
        => (TSync.RacyRead(KindsOf(address, out int bit)) >> (bit + ScanShift) & 1) != 0;

    /// <summary>Whether the object at an address is marked.</summary>
    internal bool IsMarked(nint address) => (TSync.RacyRead(MarksOf(address, out int bit)) >> bit & 1) != 0;

    /// <summary>Marks the object at an address, in a race with other markers.</summary>
    /// <returns>Whether this call marked it: exactly one of those that race does.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryMark(nint address)
    {
        ulong* word = MarksOf(address, out int bit);
        ulong mark = 1UL << bit;

        // A stale value only costs a turn of the loop: the swap looks again.
        ulong old = TSync.RacyRead(word);
        while ((old & mark) == 0)
        {
            ulong seen = TSync.CompareExchange(word, old | mark, old);
            if (seen == old)
            {
                return true;
            }

            old = seen;
        }

        return false;
    }

    /// <summary>Hints that the bits of an address are about to be looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(nint address)
    {
        TSync.Prefetch(MarksOf(address, out _));
        TSync.Prefetch(KindsOf(address, out _));
    }

    /// <summary>
    /// Says that an object that was free may hold pointers; by the owner of the cache that has all free objects of the
    /// span, so that nobody else gives any of them out. The seed's <c>markscan</c>, where it is atomic.
    /// </summary>
    /// <exception cref="CorruptionException">The object was not free.</exception>
    internal void SetScan(nint address)
    {
        ulong* word = KindsOf(address, out int bit);
        ulong old = TSync.RacyRead(word);
        TSync.RacyWrite(word, old | (1UL << (bit + ScanShift)));
        if ((old >> bit & (1UL | (1UL << ScanShift))) != 1)
        {
            throw new CorruptionException($"object 0x{address:x} is given out with bits {old >> bit & 0x10001:x}");
        }
    }

    /// <summary>Says that an object is free; by the owner of its span. It keeps its allocated bit.</summary>
    internal void ClearScan(nint address)
    {
        ulong* word = KindsOf(address, out int bit);
        TSync.RacyWrite(word, TSync.RacyRead(word) & ~(1UL << (bit + ScanShift)));
    }

    /// <summary>Marks an object; by the owner of its span, while nobody else marks.</summary>
    internal void SetMark(nint address)
    {
        ulong* word = MarksOf(address, out int bit);
        TSync.RacyWrite(word, TSync.RacyRead(word) | (1UL << bit));
    }

    /// <summary>Clears all marks of a span; by its owner, while nobody marks in it but through stale pointers.</summary>
    internal void ClearMarks(nint start, nint end)
    {
        for (nint address = start; address < end; address += (nint)1 << (MarkShift + WordShift))
        {
            TSync.RacyWrite(MarksOf(address, out _), 0UL);
        }
    }

    /// <summary>
    /// Sets the bits of a span of free objects; by its owner. Clears what a stale pointer may have left. The seed's
    /// <c>markspan</c>.
    /// </summary>
    internal void SetSpan(nint start, nint end, nuint elementSize, int count)
    {
        ClearSpan(start, end);
        for (nint address = start; count > 0; address += (nint)elementSize, count--)
        {
            ulong* word = KindsOf(address, out int bit);
            TSync.RacyWrite(word, TSync.RacyRead(word) | (1UL << bit));
        }
    }

    /// <summary>Clears all bits of a span; by its owner. The seed's <c>unmarkspan</c>.</summary>
    internal void ClearSpan(nint start, nint end)
    {
        ClearMarks(start, end);
        for (nint address = start; address < end; address += (nint)1 << (KindShift + WordShift))
        {
            TSync.RacyWrite(KindsOf(address, out _), 0UL);
        }
    }

    /// <summary>Frees the bitmap.</summary>
    public void Dispose()
    {
        TSync.Free(_marks);
        TSync.Free(_kinds);
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
