using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>Pools on real threads.</summary>
public class PoolTests
{
    private const int Bytes = 16;

    private static readonly WorldOptions s_options = new()
    {
        Processors = 1,
        FirstTriggerBytes = long.MaxValue,
        PoolLocalLength = 4,
        PoolSharedLength = 3,
    };

    [Fact]
    public void What_is_put_there_last_is_taken_first_and_once()
        => Run((g, pool) =>
        {
            Assert.True(g.Take(pool).IsNull);
            Reference[] items = Make(g, 3);
            g.WriteWord(items[2], 8, 7);
            g.Put(pool, items[0]);
            g.Put(pool, Reference.Null);
            g.Put(pool, items[2]);
            Reference taken = g.Take(pool);
            Assert.Equal((items[2], 7L), (taken, g.ReadWord(taken, 8)));
            Assert.Equal(items[0], g.Take(pool));
            Assert.True(g.Take(pool).IsNull);
        });

    [Fact]
    public void A_collection_empties_every_list_and_frees_what_was_there()
        => Run((g, pool) =>
        {
            foreach (Reference item in Make(g, 6))
            {
                g.Put(pool, item);
            }

            Assert.Equal(6, g.ReadStatistics().Heap.Objects);
            g.Collect();
            Assert.Equal(0, g.ReadStatistics().Heap.Objects);
            Assert.True(g.Take(pool).IsNull);
            Reference again = g.AllocateBytes(Bytes);
            g.Put(pool, again);
            Assert.Equal(again, g.Take(pool));
        });

    [Fact]
    public void A_pool_forgets_what_it_has_no_room_for()
        => Run((g, pool) =>
        {
            Reference[] items = Make(g, 20);
            foreach (Reference item in items)
            {
                g.Put(pool, item);
            }

            // Two go to all when a list of four is full, then one, for which there is room among three.
            var taken = new List<Reference>();
            for (Reference item; !(item = g.Take(pool)).IsNull;)
            {
                taken.Add(item);
            }

            Assert.Equal(s_options.PoolLocalLength + s_options.PoolSharedLength, taken.Distinct().Count());
            Assert.Subset(items.ToHashSet(), taken.ToHashSet());
        });

    [Fact]
    public void Another_processor_finds_what_one_has_too_much_of_but_not_the_rest()
        => Run(
            (g, pool) =>
            {
                foreach (Reference item in Make(g, 5))
                {
                    g.Put(pool, item);
                }

                int found = -1;
                bool counted = false;
                g.Go(other =>
                {
                    for (found = 0; !other.Take(pool).IsNull; found++)
                    {
                    }

                    System.Threading.Volatile.Write(ref counted, true);
                });

                // This goroutine keeps its processor, so that the other one runs on the second.
                while (!System.Threading.Volatile.Read(ref counted))
                {
                    g.Safepoint();
                }

                Assert.Equal(2, found);
            },
            processors: 2);

    [Fact]
    public void A_pool_takes_objects_of_its_own_world_only()
        => Run((g, pool) =>
        {
            using var other = new World<NativeSync>(s_options);
            PoolId foreign = other.RegisterPool();
            Reference item = g.AllocateBytes(Bytes);
            Assert.Throws<ArgumentException>(() => g.Put(foreign, item));
            Assert.Throws<ArgumentException>(() => g.Take(foreign));
            Assert.Throws<ArgumentException>(() => g.Take(default));
            other.Run(o =>
            {
                Reference unknown = o.AllocateBytes(Bytes);
                Assert.Throws<ArgumentException>(() => g.Put(pool, unknown));
            });
            g.SystemCall(() => Assert.Throws<InvalidOperationException>(() => g.Take(pool)));
            Assert.True(g.Take(pool).IsNull);
        });

    private static Reference[] Make(Goroutine<NativeSync> g, int count)
        => [.. Enumerable.Range(0, count).Select(_ => g.AllocateBytes(Bytes))];

    private static void Run(Action<Goroutine<NativeSync>, PoolId> body, int processors = 1)
    {
        using var world = new World<NativeSync>(s_options with { Processors = processors });
        PoolId pool = world.RegisterPool();
        world.Run(g => body(g, pool));
    }
}
