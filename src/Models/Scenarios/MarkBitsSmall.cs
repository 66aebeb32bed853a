using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Three workers mark objects whose bits share a word, two objects each: each object is marked in the end, and won by
/// exactly one worker.
/// </summary>
internal sealed unsafe class MarkBitsSmall : Scenario
{
    private const int Objects = 3;
    private const int ObjectBytes = 16;
    private const int PageBytes = 512;

    /// <inheritdoc/>
    public override string Name => "mark-bits-small";

    /// <inheritdoc/>
    public override string Summary => "workers mark neighbouring objects: each is marked, and won by exactly one";

    /// <inheritdoc/>
    public override string Bounds => "3 workers that mark 2 of 3 objects each, all in one word of the bitmap";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        byte* arena = TSync.Allocate<byte>(2 * PageBytes, "arena");
        nint start = ((nint)arena + PageBytes - 1) & ~(PageBytes - 1);
        int* won = TSync.Allocate<int>(Objects, "won");
        using (var bitmap = new Bitmap<TSync>(start, PageBytes))
        {
            SyncThread first = TSync.StartThread("first", () => Mark(bitmap, start, won, 0, 1));
            SyncThread second = TSync.StartThread("second", () => Mark(bitmap, start, won, 1, 2));
            Mark(bitmap, start, won, 2, 0);
            TSync.Join(first);
            TSync.Join(second);
            for (int i = 0; i < Objects; i++)
            {
                OracleException.Require(bitmap.IsMarked(start + (i * ObjectBytes)), $"object {i} is not marked");
                int times = TSync.Read(won + i);
                OracleException.Require(times == 1, $"object {i} was won {times} times");
            }
        }

        TSync.Free(won);
        TSync.Free(arena);
    }

    /// <summary>Plain accesses to what was won: whoever wins an object has it alone.</summary>
    private static void Mark<TSync>(Bitmap<TSync> bitmap, nint start, int* won, params ReadOnlySpan<int> objects)
        where TSync : struct, ISync
    {
        foreach (int i in objects)
        {
            if (bitmap.TryMark(start + (i * ObjectBytes)))
            {
                TSync.Write(won + i, TSync.Read(won + i) + 1);
            }
        }
    }
}
