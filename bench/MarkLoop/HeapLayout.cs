using System.Runtime.CompilerServices;
using Testbed.Bench.MarkLoop.Twin;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Bench.MarkLoop;

/// <summary>Where a production heap keeps its tables, which are private to it: the twin works on the same.</summary>
internal static unsafe class HeapLayout
{
    /// <summary>The twin of a heap, over the heap's own memory.</summary>
    internal static TwinHeap TwinOf(Heap<NativeSync> heap, WorldOptions options)
    {
        int pageShift = int.Log2(options.PageBytes);
        nint start = heap.ArenaStart;
        var bitmap = new TwinBitmap(
            start, Fields<NativeSync>.Marks(heap.Bitmap), Fields<NativeSync>.Kinds(heap.Bitmap));
        var pages = new TwinPages(
            start,
            (nint)(options.ArenaBytes >> pageShift),
            pageShift,
            Fields<NativeSync>.Table(Fields<NativeSync>.Pages(heap)));
        return new TwinHeap(start, heap.ArenaUsed, bitmap, pages);
    }

    private static class Fields<TSync>
        where TSync : struct, ISync
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pages")]
        internal static extern ref PageHeap<TSync> Pages(Heap<TSync> heap);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_table")]
        internal static extern ref Span** Table(PageHeap<TSync> pages);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_marks")]
        internal static extern ref ulong* Marks(Bitmap<TSync> bitmap);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_kinds")]
        internal static extern ref ulong* Kinds(Bitmap<TSync> bitmap);
    }
}
