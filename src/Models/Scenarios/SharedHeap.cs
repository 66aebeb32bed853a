using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines and a thread of the host use at the same time what the heap shares: they make types, interfaces,
/// frames and finalizers known; the goroutines set and clear finalizers of neighbours, allocate small and large objects
/// of few types and of many, and collect, so that two workers give objects back. They also ask for what lies anywhere in
/// the heap, where others make spans and give pages back meanwhile; the thread looks up addresses that nobody gave it.
/// </summary>
/// <remarks>
/// Nothing that was made known is lost, an object has the type that it was allocated with and the finalizer that was set
/// last, an address inside an object is never taken for one, and after each collection all counts agree with the heap. It
/// is what `testbed weaken` found nobody to notice.
/// </remarks>
internal sealed unsafe class SharedHeap : Scenario
{
    private const int Users = 2;
    private const int Pattern = 0x5EED;

    /// <summary>Two pages, so that the heap grows by three and has one to give back.</summary>
    private const int LargeBytes = 1000;
    private const int GrowBytes = 1536;
    private const int PagesAsked = 12;
    private const int WordBytes = sizeof(long);
    private const int PagesLookedUp = 4;

    /// <inheritdoc/>
    public override string Name => "shared-heap";

    /// <inheritdoc/>
    public override string Summary
        => "types, frames and finalizers are made known and set by several at a time, large objects come and go";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new Watch<TSync>();
        using var world = new World<TSync>(
            SmallWorld.Options(processors: 2, watch) with { HeapGrowBytes = GrowBytes });
        watch.Verifier = new HeapVerifier<TSync>(world);
        HeapPicture<TSync>.Offer(world);
        SyncThread host = TSync.StartThread("host", () =>
        {
            LookUp(world);
            MakeKnown(world);
        });
        world.Run(g => Main(g, world));
        TSync.Join(host);
    }

    /// <summary>Makes neighbours that all users share, and lets each use them.</summary>
    private static void Main<TSync>(Goroutine<TSync> g, World<TSync> world)
        where TSync : struct, ISync
    {
        using Frame<TSync> frame = g.PushFrame(1);
        int[] pointers = [.. Enumerable.Range(0, 2 * Users).Select(word => word * WordBytes)];
        frame[0] = g.Allocate(world.RegisterType(new TypeShape("shared", 2 * Users * WordBytes, pointers)));
        TypeId neighbour = world.RegisterType(new TypeShape("neighbour", 2 * WordBytes, 0));
        foreach (int offset in pointers)
        {
            g.WriteReference(frame[0], offset, g.Allocate(neighbour));
        }

        for (int user = 1; user < Users; user++)
        {
            int number = user;
            g.Go(
                (other, shared) =>
                {
                    Use(other, world, neighbour, shared, number);
                    return GoroutineTask.Completed;
                },
                frame[0]);
        }

        Use(g, world, neighbour, frame[0], number: 0);
        MemoryStatistics statistics = g.ReadMemoryStatistics();
        foreach (SizeStatistics size in statistics.BySize)
        {
            OracleException.Require(
                size.Frees >= 0 && size.Frees <= size.Mallocs,
                $"{size.Frees} of {size.Mallocs} objects of {size.Size} bytes are freed");
        }
    }

    /// <summary>Uses two of the neighbours: one keeps its finalizer, the other loses it.</summary>
    private static void Use<TSync>(
        Goroutine<TSync> g, World<TSync> world, TypeId neighbour, Reference shared, int number)
        where TSync : struct, ISync
    {
        using Frame<TSync> frame = g.PushFrame(4);
        frame[0] = shared;
        FinalizerId finalizer = MakeKnown(world, neighbour);
        Reference kept = g.ReadReference(shared, 2 * number * WordBytes);
        Reference cleared = g.ReadReference(shared, ((2 * number) + 1) * WordBytes);
        OracleException.Require(!g.ClearFinalizer(kept), "there is a finalizer that nobody has set");
        g.SetFinalizer(cleared, finalizer);
        g.SetFinalizer(kept, finalizer);
        OracleException.Require(g.ClearFinalizer(cleared), "a finalizer that was set is not there");
        Ask(g, world);
        frame[1] = g.AllocateBytes(LargeBytes);
        Ask(g, world);
        frame[1] = g.AllocateBytes(WordBytes);
        frame[2] = g.AllocateConservative(2 * WordBytes);
        frame[3] = g.Allocate(world.RegisterType(new TypeShape("last", 2 * WordBytes, WordBytes)));
        foreach (int holder in (int[])[2, 3])
        {
            g.WriteReference(frame[holder], WordBytes, g.AllocateBytes(WordBytes));
            g.WriteWord(g.ReadReference(frame[holder], WordBytes), 0, Pattern);
        }

        g.Collect();
        foreach (int holder in (int[])[2, 3])
        {
            long found = g.ReadWord(g.ReadReference(frame[holder], WordBytes), 0);
            OracleException.Require(found == Pattern, $"what an object of another type leads to holds 0x{found:x}");
        }

        OracleException.Require(!g.ClearFinalizer(cleared), "a finalizer that was cleared is there again");
        OracleException.Require(g.ClearFinalizer(kept), "the finalizer of a reachable object is gone");
    }

    /// <summary>
    /// Looks up the first address of each of some pages, while spans come and go. What it finds may be gone at once; but it
    /// must not fail. Any thread.
    /// </summary>
    private static void LookUp<TSync>(World<TSync> world)
        where TSync : struct, ISync
    {
        for (int page = 0; page < PagesLookedUp; page++)
        {
            nint address = world.Heap.ArenaStart + (page * world.Options.PageBytes);
            world.Heap.TryFindObject(address, out _, out _);
        }
    }

    /// <summary>Asks for an object where none starts, on a page that may be free, in use, or become either.</summary>
    private static void Ask<TSync>(Goroutine<TSync> g, World<TSync> world)
        where TSync : struct, ISync
    {
        nint page = world.Heap.ArenaStart + ((nint)TSync.Choose(PagesAsked) * world.Options.PageBytes);
        bool found = true;
        try
        {
            g.ClearFinalizer(new Reference(page + 1));
        }
        catch (ArgumentException)
        {
            found = false;
        }

        OracleException.Require(!found, "an address inside an object is taken for an object");
    }

    /// <summary>Makes one of each known. Any thread.</summary>
    private static FinalizerId MakeKnown<TSync>(World<TSync> world, TypeId parameter = default)
        where TSync : struct, ISync
    {
        ChannelType channels = world.RegisterChannel(SlotKind.NoPointer);
        TypeId type = world.RegisterType(new TypeShape("own", WordBytes, 0));
        world.RegisterInterface(type);
        world.RegisterFrame(SlotKind.Pointer);
        OracleException.Require(
            channels.Equals(world.RegisterChannel(SlotKind.NoPointer)), "there are two types for the same channels");
        return world.RegisterFinalizer(static (_, _, _) => { }, parameter);
    }

    /// <summary>Verifies the heap after each collection.</summary>
    private sealed class Watch<TSync> : MutatorWatch<TSync>
        where TSync : struct, ISync
    {
        /// <summary>Once there is a world.</summary>
        internal HeapVerifier<TSync>? Verifier { get; set; }

        /// <inheritdoc/>
        public override void CollectionEnded(in CollectionSummary summary)
        {
            Verifier!.Verify();
            base.CollectionEnded(summary);
        }
    }
}
