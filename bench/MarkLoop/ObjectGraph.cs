using System.Numerics;
using System.Runtime.InteropServices;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>Objects of eight words, four of them pointers to random others, with a mark bit for each word.</summary>
internal sealed unsafe class ObjectGraph : IDisposable
{
    /// <summary>The bytes of an object; a power of two.</summary>
    internal const int ObjectBytes = 64;

    private const ulong PointerWords = 0b1010_0101;
    private const int BitsPerMarkWord = 64;

    private readonly void* _block;

    internal ObjectGraph(int objects, int seed)
    {
        Bytes = (nuint)objects * ObjectBytes;
        _block = NativeMemory.AlignedAlloc(Bytes, ObjectBytes);
        Start = (nint)_block;
        MarkWordCount = Bytes / sizeof(long) / BitsPerMarkWord;
        Marks = (ulong*)NativeMemory.AlignedAlloc(MarkWordCount * sizeof(ulong), ObjectBytes);
        Type = NativeSync.Allocate<TypeInfo>(1, "type");
        Type->Size = ObjectBytes;
        Type->Words = ObjectBytes / sizeof(long);
        Type->PointerBits = NativeSync.Allocate<ulong>(1, "bits");
        *Type->PointerBits = PointerWords;
        Fill(objects, new Random(seed));
    }

    /// <summary>Where the objects start; the first is the root.</summary>
    internal nint Start { get; }

    /// <summary>How many bytes they take.</summary>
    internal nuint Bytes { get; }

    /// <summary>One bit a word of the objects.</summary>
    internal ulong* Marks { get; }

    /// <summary>The type of every object.</summary>
    internal TypeInfo* Type { get; }

    private nuint MarkWordCount { get; }

    /// <summary>Clears all marks.</summary>
    internal void ClearMarks() => NativeMemory.Clear(Marks, MarkWordCount * sizeof(ulong));

    /// <summary>How many objects are marked.</summary>
    internal long CountMarks()
    {
        long count = 0;
        for (nuint i = 0; i < MarkWordCount; i++)
        {
            count += BitOperations.PopCount(Marks[i]);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeSync.Free(Type->PointerBits);
        NativeSync.Free(Type);
        NativeMemory.AlignedFree(Marks);
        NativeMemory.AlignedFree(_block);
    }

    private void Fill(int objects, Random random)
    {
        var words = (nint*)Start;
        for (int i = 0; i < objects * (ObjectBytes / sizeof(long)); i++)
        {
            words[i] = Start + ((nint)random.Next(objects) * ObjectBytes);
        }
    }
}
