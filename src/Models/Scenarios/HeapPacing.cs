using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines on two Ps make garbage, with system calls between, until collections start by themselves. One was started with an object that
/// only its start keeps, and goes through deep frames; the other sets how far the heap may grow.
/// </summary>
/// <remarks>
/// The heap must not outgrow what is due for a collection by more than a span for each P; what a goroutine was started
/// with must be there when it starts; what was set must be what is read; and an ended goroutine keeps one small stack.
/// </remarks>
internal sealed class HeapPacing : Scenario
{
    private const int Processors = 2;
    private const int SpanBytes = 512;
    private const int TriggerBytes = 2 * SpanBytes;
    private const int GarbageBytes = 128;
    private const int GarbageByEach = 16;
    private const int AllocationsPerCall = 4;
    private const int DeepSlots = 24;
    private const int Percent = 50;
    private const long Pattern = 0x5EED;

    /// <summary>What is due for a collection, a span that each P fills meanwhile, and what is never garbage.</summary>
    private const int MostBytes = TriggerBytes + (Processors * SpanBytes) + (2 * SpanBytes);

    /// <inheritdoc/>
    public override string Name => "heap-pacing";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines make garbage until collections start by themselves: heap and stacks stay small, nothing is lost";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["mstats.*", "sched.Stop*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var world = new World<TSync>(
            SmallWorld.Options(Processors) with { FirstTriggerBytes = TriggerBytes });
        TypeId box = world.RegisterType(new TypeShape("box", 2 * sizeof(long), sizeof(long)));
        world.Run(g => Main(g, world, box));
        nint used = world.Heap.ArenaUsed - world.Heap.ArenaStart;
        OracleException.Require(
            used <= MostBytes, $"the heap has grown to {used} bytes, a collection is due at {TriggerBytes}");
    }

    private static async GoroutineTask Main<TSync>(Goroutine<TSync> g, World<TSync> world, TypeId box)
        where TSync : struct, ISync
    {
        g.SetGcPercent(Percent);
        GoroutineHandle other = StartWithBox(g, box);
        MakeGarbage(g);
        int percent = g.SetGcPercent(2 * Percent);
        OracleException.Require(percent == Percent, $"the heap may grow by {percent} percent, {Percent} was set");
        await g.Join(other);
        RequireSmallStacks(g, world);
    }

    /// <summary>Starts a goroutine with an object that nothing else keeps.</summary>
    private static GoroutineHandle StartWithBox<TSync>(Goroutine<TSync> g, TypeId box)
        where TSync : struct, ISync
    {
        using Frame<TSync> frame = g.PushFrame(1);
        frame[0] = g.AllocateBytes(sizeof(long));
        g.WriteWord(frame[0], 0, Pattern);
        Reference started = g.Allocate(box);
        g.WriteWord(started, 0, Pattern);
        g.WriteReference(started, sizeof(long), frame[0]);
        return g.Go(Work, started);
    }

    private static GoroutineTask Work<TSync>(Goroutine<TSync> g, Reference started)
        where TSync : struct, ISync
    {
        using (Frame<TSync> frame = g.PushFrame(DeepSlots))
        {
            frame[0] = started;
            RequirePattern(g, started);
            RequirePattern(g, g.ReadReference(started, sizeof(long)));
            MakeGarbage(g);
        }

        return GoroutineTask.Completed;
    }

    private static void MakeGarbage<TSync>(Goroutine<TSync> g)
        where TSync : struct, ISync
    {
        for (int i = 0; i < GarbageByEach; i++)
        {
            g.AllocateBytes(GarbageBytes);
            if (i % AllocationsPerCall == 0)
            {
                g.SystemCall(static () => { });
            }
        }
    }

    private static void RequirePattern<TSync>(Goroutine<TSync> g, Reference reference)
        where TSync : struct, ISync
    {
        long found = g.ReadWord(reference, 0);
        OracleException.Require(
            found == Pattern, $"what a goroutine was started with holds 0x{found:x}, 0x{Pattern:x} was written");
    }

    /// <summary>No goroutine has a frame now, so each has its first segment at most.</summary>
    private static unsafe void RequireSmallStacks<TSync>(Goroutine<TSync> g, World<TSync> world)
        where TSync : struct, ISync
    {
        long stacks = g.ReadMemoryStatistics().System.Stacks;
        long segment = sizeof(StackSegment) + (world.Options.StackSegmentWords * sizeof(long));
        OracleException.Require(
            stacks <= world.Goroutines.Count * segment,
            $"{world.Goroutines.Count} goroutines without frames have {stacks} bytes of stacks");
    }
}
