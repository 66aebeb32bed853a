using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Splits and joins runs of pages in random order beside a model of which pages are whose.</summary>
public sealed unsafe class HeapPageHeapTests : IDisposable
{
    private const int PageBytes = 512;
    private const int Pages = 96;

    private readonly nint* _arena = NativeSync.Allocate<nint>((Pages + 1) * PageBytes / 8, "arena");
    private readonly Bitmap<NativeSync> _bitmap;
    private readonly PageHeap<NativeSync> _heap;
    private readonly nint _start;

    public HeapPageHeapTests()
    {
        _start = ((nint)_arena + PageBytes - 1) & ~(nint)(PageBytes - 1);
        var options = new WorldOptions
        {
            PageBytes = PageBytes,
            ArenaBytes = Pages * PageBytes,
            HeapGrowBytes = 10 * PageBytes,
        };
        _bitmap = new Bitmap<NativeSync>(_start, Pages * PageBytes);
        _heap = new PageHeap<NativeSync>(options, _start, _bitmap);
    }

    public void Dispose()
    {
        _heap.Dispose();
        _bitmap.Dispose();
        NativeSync.Free(_arena);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomRunsNeverOverlapAreZeroedAndJoinAgain(int seed)
    {
        var random = new Random(seed);
        var owners = new nint[Pages];
        var live = new List<nint>();
        int refused = 0;
        for (int step = 0; step < 1500; step++)
        {
            if (live.Count > 0 && random.Next(5) < 2)
            {
                int victim = random.Next(live.Count);
                Free(owners, live[victim]);
                live.RemoveAt(victim);
            }
            else
            {
                int pages = random.Next(4) == 0 ? random.Next(1, 40) : random.Next(1, 5);
                Span* span = _heap.Allocate(pages, 0, (nuint)(pages * PageBytes));
                if (span == null)
                {
                    refused++;
                    Assert.True(LongestFree(owners) < pages, $"step {step}: {pages} free pages are not given out");
                }
                else
                {
                    Take(owners, span, pages);
                    live.Add((nint)span);
                }
            }

            _heap.CheckInvariants();
            Assert.Equal(owners.Count(owner => owner != 0), (int)_heap.PagesInUse);
        }

        Assert.True(refused > 0, "the arena was never exhausted");
        live.ForEach(span => Free(owners, span));
        _heap.CheckInvariants();
        Assert.True(_heap.Allocate(Pages, 0, Pages * PageBytes) != null, "the free pages are in pieces");
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 0, 2)]
    public void NeighboursJoinInWhateverOrderTheyAreFreed(int first, int second, int third)
    {
        var spans = new Span*[3];
        for (int i = 0; i < 3; i++)
        {
            spans[i] = _heap.Allocate(Pages / 3, 0, Pages / 3 * PageBytes);
        }

        Assert.True(_heap.Allocate(1, 0, PageBytes) == null, "there are more pages than the arena has");
        foreach (int i in new[] { first, second, third })
        {
            _heap.Free(spans[i]);
            _heap.CheckInvariants();
        }

        Assert.True(_heap.Allocate(Pages, 0, Pages * PageBytes) != null, "the free pages are in pieces");
    }

    [Fact]
    public void TheTightestRunIsTaken()
    {
        Span* wide = _heap.Allocate(12, 0, 12 * PageBytes);
        _heap.Allocate(1, 0, PageBytes);
        Span* tight = _heap.Allocate(6, 0, 6 * PageBytes);
        _heap.Allocate(1, 0, PageBytes);
        nint expected = tight->Start;
        _heap.Free(tight);
        _heap.Free(wide);
        Assert.Equal(expected, _heap.Allocate(5, 0, 5 * PageBytes)->Start);
    }

    [Fact]
    public void AnAddressLeadsToItsSpanWhileThatIsInUse()
    {
        // Three objects of 336 bytes in two pages leave 16 bytes at the end that are no object's.
        Span* span = _heap.Allocate(2, 1, 336);
        nint end = span->Start + (3 * 336);
        Assert.True(_heap.Find(span->Start) == span && _heap.Find(end - 1) == span, "inside");
        Assert.True(_heap.Find(end) == null && _heap.Find(span->Start - 1) == null, "outside");
        Assert.True(_heap.Find(0) == null && _heap.Find(nint.MaxValue) == null, "far");
        nint start = span->Start;
        _heap.Free(span);
        Assert.True(_heap.Find(start) == null, "free");
    }

    [Fact]
    public void ASpanWithObjectsInUseIsNotTakenBack()
    {
        Span* span = _heap.Allocate(1, 0, PageBytes);
        span->References = 1;
        Assert.Throws<CorruptionException>(() => FreeTwice(span));
    }

    [Fact]
    public void ASpanIsNotTakenBackTwice()
    {
        Span* span = _heap.Allocate(1, 0, PageBytes);
        _heap.Free(span);
        Assert.Throws<CorruptionException>(() => FreeTwice(span));
    }

    [Fact]
    public void TheInvariantsTellAListThatIsWrong()
    {
        var spans = new Span*[4];
        for (int i = 0; i < spans.Length; i++)
        {
            spans[i] = _heap.Allocate(1, 0, PageBytes);
        }

        _heap.Free(spans[0]);
        _heap.Free(spans[2]);
        _heap.CheckInvariants();
        Span* newer = spans[2];
        Span* older = spans[0];

        newer->Next = null;
        Assert.Contains("on the lists", WhatIsWrong(), StringComparison.Ordinal);
        newer->Next = older;
        older->Previous = null;
        Assert.Contains("torn", WhatIsWrong(), StringComparison.Ordinal);
        older->Previous = newer;
        older->Next = spans[1];
        Assert.Contains("not free", WhatIsWrong(), StringComparison.Ordinal);
        older->Next = null;
        _heap.CheckInvariants();
    }

    private string WhatIsWrong() => Assert.Throws<CorruptionException>(_heap.CheckInvariants).Message;

    private void FreeTwice(Span* span) => _heap.Free(span);

    private void Take(nint[] owners, Span* span, int pages)
    {
        int page = (int)((span->Start - _start) / PageBytes);
        for (int i = page; i < page + pages; i++)
        {
            Assert.Equal(0, owners[i]);
            owners[i] = (nint)span;
        }

        var memory = new Span<byte>((void*)span->Start, pages * PageBytes);
        Assert.False(memory.ContainsAnyExcept((byte)0), "pages are given out that are not zeroed");
        Assert.True(_bitmap.IsAllocated(span->Start) && !_bitmap.IsMarked(span->Start), "bits of a new span");
        memory.Fill(0xA5);
        Assert.True(_bitmap.TryMark(span->Start));
    }

    private void Free(nint[] owners, nint span)
    {
        for (int i = 0; i < owners.Length; i++)
        {
            owners[i] = owners[i] == span ? 0 : owners[i];
        }

        _heap.Free((Span*)span);
    }

    private static int LongestFree(nint[] owners)
    {
        int longest = 0;
        int run = 0;
        foreach (nint owner in owners)
        {
            run = owner == 0 ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
