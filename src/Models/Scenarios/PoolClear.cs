using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines take objects out of a pool, or make them, and put them back, more than a P keeps to itself; a third one
/// collects meanwhile. It makes another pool, and so does a thread of the host.
/// </summary>
/// <remarks>
/// What comes out of the pool is as it was put there, and nobody else has it; nothing survives a collection by being in
/// the pool. The words are plain, and the pool orders their accesses: what was done before an object was put there comes
/// before what is done once it was taken.
/// </remarks>
internal sealed class PoolClear : Scenario
{
    private const int Users = 2;
    private const int Turns = 2;
    private const int Collections = 2;
    private const int ObjectsATurn = 3;
    private const int Pattern = 0x5EED;
    private const int WordBytes = sizeof(long);

    /// <inheritdoc/>
    public override string Name => "pool-clear";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines put objects into a pool and take them while collections empty it; nobody is given a freed one";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["pool*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new Watch<TSync>();
        using var world = new World<TSync>(SmallWorld.Options(processors: 2, watch));
        watch.Verifier = new HeapVerifier<TSync>(world);
        HeapPicture<TSync>.Offer(world);
        PoolId pool = world.RegisterPool();
        SyncThread host = TSync.StartThread("host", () => world.RegisterPool());
        world.Run(g => Main(g, world, pool));
        TSync.Join(host);
    }

    private static async GoroutineTask Main<TSync>(Goroutine<TSync> g, World<TSync> world, PoolId pool)
        where TSync : struct, ISync
    {
        for (int user = 1; user <= Users; user++)
        {
            int number = user;
            g.Go(other => Use(other, pool, number));
        }

        world.RegisterPool();
        for (int i = 0; i < Collections; i++)
        {
            await g.Yield();
            g.Collect();
        }
    }

    private static async GoroutineTask Use<TSync>(Goroutine<TSync> g, PoolId pool, int number)
        where TSync : struct, ISync
    {
        using Frame<TSync> frame = g.PushFrame(ObjectsATurn);
        for (int turn = 0; turn < Turns; turn++)
        {
            for (int i = 0; i < ObjectsATurn; i++)
            {
                frame[i] = TakeOrMake(g, pool);
                Exchange(g, frame[i], old: 0, number);
            }

            await g.Yield();
            for (int i = 0; i < ObjectsATurn; i++)
            {
                Exchange(g, frame[i], old: number, 0);
                g.Put(pool, frame[i]);
                frame[i] = Reference.Null;
            }

            await g.Yield();
        }
    }

    private static Reference TakeOrMake<TSync>(Goroutine<TSync> g, PoolId pool)
        where TSync : struct, ISync
    {
        Reference taken = g.Take(pool);
        if (taken.IsNull)
        {
            taken = g.AllocateBytes(2 * WordBytes);
            g.WriteWord(taken, 0, Pattern);
        }

        long pattern = g.ReadWord(taken, 0);
        OracleException.Require(pattern == Pattern, $"the pool gave an object that holds 0x{pattern:x}");
        return taken;
    }

    /// <summary>Says who has an object now, which the one had who is expected.</summary>
    private static void Exchange<TSync>(Goroutine<TSync> g, Reference item, int old, int now)
        where TSync : struct, ISync
    {
        long user = g.ReadWord(item, WordBytes);
        OracleException.Require(user == old, $"{item} is user {user}'s, not {old}'s");
        g.WriteWord(item, WordBytes, now);
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
