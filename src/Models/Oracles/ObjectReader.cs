using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>Reads the words of objects that are or may be pointers, by a walk of its own.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="heap">The heap.</param>
/// <param name="visit">Is given each word, null included, and whether it is known to be a pointer.</param>
internal sealed unsafe class ObjectReader<TSync>(Heap<TSync> heap, Action<nint, bool> visit)
    where TSync : struct, ISync
{
    private const int WordBytes = 8;
    private const int BitsPerGroup = 64;

    /// <summary>Visits the words of an object; while nobody writes them.</summary>
    /// <param name="start">The address of the object.</param>
    /// <param name="span">Its span.</param>
    internal void Visit(nint start, in HeapSpan span)
    {
        if (!heap.Bitmap.IsScan(start))
        {
            return;
        }

        TypeInfo* type = Heap<TSync>.TypeOf(heap.SpanAt(span.Index), start);
        nint words = span.ElementBytes / WordBytes;
        if (type != null)
        {
            VisitPointers((nint*)start, words, type);
            return;
        }

        for (nint i = 0; i < words; i++)
        {
            visit(TSync.Read((nint*)start + i), false);
        }
    }

    /// <summary>Visits the pointers of an object of a type, which repeats over it.</summary>
    private void VisitPointers(nint* words, nint count, TypeInfo* type)
    {
        if (TSync.Read(&type->Program) != null)
        {
            ProgramReader<TSync>.Visit(words, count, type, visit);
            return;
        }

        // At least one, so that the walk ends even if the type's memory was freed and reads as zero.
        nint typeWords = Math.Max(1, TSync.Read(&type->Words));
        ulong* pointers = TSync.Read(&type->PointerBits);
        for (nint element = 0; element + typeWords <= count; element += typeWords)
        {
            for (nint i = 0; i < typeWords; i++)
            {
                if ((TSync.Read(pointers + (i / BitsPerGroup)) >> (int)(i % BitsPerGroup) & 1) != 0)
                {
                    visit(TSync.Read(words + element + i), true);
                }
            }
        }
    }
}
