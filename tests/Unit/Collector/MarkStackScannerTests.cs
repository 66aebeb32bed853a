using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

public sealed unsafe class MarkStackScannerTests : IDisposable
{
    private const int Words = 40;
    private const long Now = 77;

    private readonly G* _goroutine = NativeSync.Allocate<G>(1, "g");
    private readonly List<nint> _blocks = [];

    public MarkStackScannerTests() => _goroutine->Status = GoroutineStatus.Runnable;

    public void Dispose()
    {
        NativeSync.Free(_goroutine);
        foreach (nint block in _blocks)
        {
            NativeSync.Free((void*)block);
        }
    }

    [Theory]
    [InlineData(2, "not stopped")]
    [InlineData(0, "bad status")]
    [InlineData(5, "bad status")]
    public void RefusesStatus(int status, string expected)
    {
        _goroutine->Status = (GoroutineStatus)status;
        string message = Assert.Throws<CorruptionException>(() => Roots()).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeadHasNoRoots()
    {
        AddFrame(AddSegment(), null, 8);
        _goroutine->Status = GoroutineStatus.Dead;
        Assert.Empty(Roots());
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(3, 0, Now)]
    [InlineData(4, 0, Now)]
    [InlineData(4, 5, 5)]
    public void RemembersSinceWhenItWaits(int status, long before, long after)
    {
        _goroutine->Status = (GoroutineStatus)status;
        _goroutine->WaitSince = before;
        Roots();
        Assert.Equal(after, _goroutine->WaitSince);
    }

    [Fact]
    public void FrameWithoutMapIsOneRoot()
    {
        nint* slots = AddFrame(AddSegment(), null, 8, 0, 16);
        Assert.Equal([((nint)slots, (nuint)24)], Roots());
    }

    [Fact]
    public void EmptyFrameWithoutMapIsNone()
    {
        AddFrame(AddSegment(), null);
        Assert.Empty(Roots());
    }

    [Fact]
    public void MapTellsPointersAndNullsAreSkipped()
    {
        FrameMapData* map = AddMap(1, 0, 1, 1);
        nint* slots = AddFrame(AddSegment(), map, 8, 8, 0, 8);
        Assert.Equal([((nint)slots, (nuint)8), ((nint)(slots + 3), (nuint)8)], Roots());
    }

    [Fact]
    public void MapOfMoreThanAWordIsReadToItsEnd()
    {
        var kinds = new uint[18];
        kinds[15] = kinds[16] = kinds[17] = FrameMapData.Pointer;
        nint* slots = AddFrame(AddSegment(), AddMap(kinds), [.. Enumerable.Repeat((nint)8, 18)]);
        Assert.Equal([(nint)(slots + 15), (nint)(slots + 16), (nint)(slots + 17)], Roots().Select(root => root.Start));
    }

    [Fact]
    public void LocalsAndArgumentsWithoutAMapAreOneRootEachAndScratchIsNone()
    {
        FrameMapData* map = AddMap();
        map->SlotCount = 6;
        map->Locals = 2;
        map->LocalsMapped = false;
        map->Arguments = 3;
        nint* slots = AddFrame(AddSegment(), map, 8, 8, 8, 8, 8, 8);
        Assert.Equal([((nint)slots, (nuint)16), ((nint)(slots + 2), (nuint)24)], Roots());
    }

    [Fact]
    public void WhatABodyIsToBeGivenIsARootUntilItStarts()
    {
        _goroutine->Context = 8;
        Assert.Equal([((nint)(&_goroutine->Context), (nuint)8)], Roots());
    }

    [Fact]
    public void BySegmentsAllWordsInUseAreOneRoot()
    {
        StackSegment* segment = AddSegment();
        AddFrame(segment, AddMap(0), 8);
        AddFrame(segment, null, 8, 8);
        Assert.Equal([((nint)StackSegment.WordsOf(segment), (nuint)(7 * 8))], Roots(StackScan.Segments));
        segment->Used = Words + 1;
        Assert.Throws<CorruptionException>(() => Roots(StackScan.Segments));
    }

    [Fact]
    public void AllFramesOfAllSegmentsNewestFirst()
    {
        StackSegment* below = AddSegment();
        nint* first = AddFrame(below, AddMap(1), 8);
        nint* second = AddFrame(below, null, 8, 8);
        StackSegment* above = AddSegment();
        nint* third = AddFrame(above, AddMap(1, 1), 8, 8);
        Assert.Equal(
            [((nint)third, 8), ((nint)(third + 1), 8), ((nint)second, (nuint)16), ((nint)first, 8)], Roots());
    }

    [Fact]
    public void MalformedFramesAreFound()
    {
        StackSegment* segment = AddSegment();
        nint* slots = AddFrame(segment, AddMap(1), 8);
        var header = (FrameHeader*)(slots - FrameHeader.Words);
        header->SlotCount = 2;
        Assert.Contains("lies above", Assert.Throws<CorruptionException>(() => Roots()).Message, StringComparison.Ordinal);
        segment->Used++;
        Assert.Contains("map of 1", Assert.Throws<CorruptionException>(() => Roots()).Message, StringComparison.Ordinal);
        header->Map = AddMap(1, 2);
        slots[1] = 8;
        Assert.Contains("starts an interface value", Assert.Throws<CorruptionException>(() => Roots()).Message, StringComparison.Ordinal);
    }

    private List<(nint Start, nuint Bytes)> Roots(StackScan mode = StackScan.Frames)
    {
        var sink = new Sink();
        StackScanner<NativeSync>.AddStackRoots(_goroutine, worker: 3, Now, mode, sink);
        return sink.Roots;
    }

    private StackSegment* AddSegment()
    {
        var segment = (StackSegment*)NativeSync.Allocate<nint>((nuint)(sizeof(StackSegment) / 8) + Words, "stack");
        _blocks.Add((nint)segment);
        segment->Capacity = Words;
        segment->TopFrame = -1;
        segment->Previous = _goroutine->Stack;
        _goroutine->Stack = segment;
        return segment;
    }

    private static nint* AddFrame(StackSegment* segment, FrameMapData* map, params nint[] values)
    {
        nint* frame = StackSegment.WordsOf(segment) + segment->Used;
        var header = (FrameHeader*)frame;
        header->PreviousFrame = segment->TopFrame;
        header->SlotCount = values.Length;
        header->Map = map;
        nint* slots = frame + FrameHeader.Words;
        values.CopyTo(new Span<nint>(slots, values.Length));
        segment->TopFrame = segment->Used;
        segment->Used += FrameHeader.Words + values.Length;
        return slots;
    }

    private FrameMapData* AddMap(params uint[] kinds)
    {
        FrameMapData* map = NativeSync.Allocate<FrameMapData>(1, "map");
        uint* bits = NativeSync.Allocate<uint>(8, "bits");
        _blocks.AddRange([(nint)map, (nint)bits]);
        map->SlotCount = map->Locals = kinds.Length;
        map->LocalsMapped = true;
        map->Bits = bits;
        for (int i = 0; i < kinds.Length; i++)
        {
            bits[i / 16] |= kinds[i] << (2 * (i % 16));
        }

        return map;
    }

    private sealed class Sink : IRootSink
    {
        internal List<(nint Start, nuint Bytes)> Roots { get; } = [];

        public void Add(int worker, nint start, nuint bytes, TypeInfo* type)
        {
            Assert.Equal(3, worker);
            Assert.True(type == null);
            Roots.Add((start, bytes));
        }

        public void AddWord(int worker, nint* word) => Add(worker, (nint)word, (nuint)sizeof(nint), null);
    }
}
