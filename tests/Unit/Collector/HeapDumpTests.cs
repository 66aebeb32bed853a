using System.Text;
using Testbed.Collector;
using Testbed.Models.Dumps;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>What a heap dump says of a heap that is known.</summary>
public class HeapDumpTests
{
    private const int Bytes = 16;

    [Fact]
    public void A_dump_holds_every_object_root_goroutine_and_finalizer()
    {
        List<HeapDumpLine> lines = [];
        Reference[] made = [];
        Dump(lines, (g, world) =>
        {
            TypeId pair = world.RegisterType(new TypeShape("pair", Bytes, 0, 8));
            FrameMap map = world.RegisterFrame(SlotKind.Pointer, SlotKind.NoPointer);
            using Frame<NativeSync> frame = g.PushFrame(map);
            RootArea<NativeSync> data = g.Data;
            data[1] = g.AllocateConservative(Bytes);
            frame[0] = g.Allocate(pair);
            g.WriteReference(frame[0], 0, frame[0]);
            g.WriteReference(frame[0], 8, g.AllocateBytes(Bytes));
            g.WriteWord(data[1], 8, (long)frame[0].Address + 8);
            g.SetFinalizer(frame[0], world.RegisterFinalizer((_, _, _) => { }));
            g.AllocateBytes(Bytes);
            made = [data[1], frame[0], g.ReadReference(frame[0], 8)];
            g.Collect();
        });

        (long maybe, long node, long leaf) = (made[0].Address, made[1].Address, made[2].Address);
        Assert.Equal(1, Assert.IsType<HeapLine>(lines[0]).Collection);
        Assert.Equal(new EndLine(3), lines[^1]);
        Assert.Equal(
            [(maybe, ObjectLine.Conservative), (node, "pair"), (leaf, ObjectLine.NoPointers)],
            lines.OfType<ObjectLine>().Select(item => (item.Address, item.Type)));
        Assert.Equal(
            [$"{node}", $"{node} {leaf}", ""],
            lines.OfType<ObjectLine>().Select(item => string.Join(' ', item.To)));
        SpanLine span = Assert.Single(lines.OfType<SpanLine>());
        Assert.Equal((Bytes, 3, "bytes"), (span.ElementBytes, span.Capacity - span.Free, span.Types));
        Assert.Equal(
            [("data", 0L, true, maybe), ("frame", 1L, true, node), ("finalizer", 0L, true, node), ("finalizer", 0L, true, leaf)],
            lines.OfType<RootLine>().Select(root => (root.Root, root.Goroutine, root.Certain, root.To)));
        Assert.Equal([new FinalizerLine(node, Queued: false)], lines.OfType<FinalizerLine>());
        GoroutineLine goroutine = Assert.Single(lines.OfType<GoroutineLine>());
        Assert.Equal((1, "waiting", "garbage collection"), (goroutine.Id, goroutine.Status, goroutine.WaitReason));
        Assert.Equal([2], goroutine.FrameSlots);
    }

    [Fact]
    public void A_trace_has_a_line_for_each_collection()
    {
        List<string> lines = [];
        using var world = new World<NativeSync>(new WorldOptions { Processors = 1, GcTrace = lines.Add });
        world.Run(g =>
        {
            g.AllocateBytes(1 << 20);
            g.Collect();
            g.Collect();
        });

        Assert.Equal(2, lines.Count);
        Assert.Matches(
            @"^gc1\(1\): [\d.]+\+[\d.]+\+[\d.]+ ms, 1024 -> 0 KB, 1 -> 0 \(1-1\) objects, \d+ roots \(forced\)$", lines[0]);
        Assert.StartsWith("gc2(1): ", lines[1], StringComparison.Ordinal);
    }

    private static void Dump(
        List<HeapDumpLine> lines, Action<Goroutine<NativeSync>, World<NativeSync>> body)
    {
        var watch = new Watch();
        using var world = new World<NativeSync>(new WorldOptions { Processors = 1, Observer = watch });
        watch.Writer = new HeapDumpWriter<NativeSync>(world);
        world.Run(g => body(g, world));
        string text = Encoding.UTF8.GetString(watch.Output.ToArray());
        lines.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(HeapDumpText.Parse));
    }

    private sealed class Watch : CollectionObserver
    {
        internal MemoryStream Output { get; } = new();

        internal HeapDumpWriter<NativeSync>? Writer { get; set; }

        public override void CollectionEnded(in CollectionSummary summary) => Writer!.Write(Output, summary.Number);
    }
}
