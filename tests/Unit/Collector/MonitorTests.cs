using System.Threading;
using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>What the monitor does for a world on real threads. Without it each of these hangs.</summary>
public class MonitorTests
{
    private static readonly WorldOptions s_onePlace = new() { Processors = 1, TimeSliceNanoseconds = 1_000_000 };

    [Fact]
    public void AGoroutineThatBlocksInASystemCallLosesItsPlaceToOthers()
    {
        using var world = new World<NativeSync>(s_onePlace);
        using var released = new ManualResetEventSlim();
        Run(world, g =>
        {
            g.Go(_ => released.Set());
            g.SystemCall(released.Wait);
        });
    }

    [Fact]
    public void AGoroutineThatRunsForLongLetsOthersRunAtASafepoint()
    {
        using var world = new World<NativeSync>(s_onePlace);
        bool others = false;
        Run(world, g =>
        {
            g.Go(_ => Volatile.Write(ref others, true));
            while (!Volatile.Read(ref others))
            {
                g.Safepoint();
            }
        });
    }

    [Fact]
    public void TwoThatRunForLongTakeTurns()
    {
        using var world = new World<NativeSync>(s_onePlace);
        int[] turns = new int[2];
        void Work(Goroutine<NativeSync> g, int self)
        {
            while (Volatile.Read(ref turns[1 - self]) < 3)
            {
                int seen = Volatile.Read(ref turns[1 - self]);
                g.Safepoint();
                if (Volatile.Read(ref turns[1 - self]) != seen || Volatile.Read(ref turns[self]) == 0)
                {
                    Volatile.Write(ref turns[self], turns[self] + 1);
                }
            }

            Volatile.Write(ref turns[self], int.MaxValue);
        }

        Run(world, g =>
        {
            g.Go(other => Work(other, 1));
            Work(g, 0);
        });
    }

    [Fact]
    public void ACollectionThatIsDueByItsAgeComesByItself()
    {
        using var world = new World<NativeSync>(
            new WorldOptions { Processors = 2, ForcedCollectionNanoseconds = 5_000_000 });
        Run(world, g =>
        {
            g.Collect();
            while (g.ReadStatistics().Collections < 3)
            {
                g.Safepoint();
            }
        });
    }

    [Fact]
    public void ACollectionThatIsDueByItsAgeComesThoughNothingRuns()
    {
        using var collected = new ManualResetEventSlim();
        var observer = new CountingObserver(2, collected);
        using var world = new World<NativeSync>(new WorldOptions
        {
            Processors = 1,
            ForcedCollectionNanoseconds = 5_000_000,
            Observer = observer,
        });
        Run(world, g =>
        {
            g.Collect();
            g.SystemCall(collected.Wait);
        });
    }

    [Fact]
    public void NoCollectionComesByItselfBeforeTheFirstOrWhenTheyAreOff()
    {
        foreach (int percent in (int[])[100, -1])
        {
            using var world = new World<NativeSync>(new WorldOptions
            {
                Processors = 1,
                GcPercent = percent,
                FirstTriggerBytes = long.MaxValue,
                ForcedCollectionNanoseconds = 1_000_000,
            });
            Run(world, g =>
            {
                g.SystemCall(() => Thread.Sleep(20));
                Assert.Equal(0, g.ReadStatistics().Collections);
            });
        }
    }

    [Fact]
    public void AWorldRunsAgainAndEndsWithItsMonitor()
    {
        var world = new World<NativeSync>(s_onePlace);
        for (int run = 0; run < 3; run++)
        {
            Run(world, g => g.SystemCall(() => Thread.Sleep(3)));
        }

        world.Dispose();
    }

    private static void Run(World<NativeSync> world, Action<Goroutine<NativeSync>> body)
        => Threads.Run(1, _ => world.Run(body));

    private sealed class CountingObserver(int wanted, ManualResetEventSlim reached) : CollectionObserver
    {
        private int _ended;

        public override void CollectionEnded(in CollectionSummary summary)
        {
            if (++_ended == wanted)
            {
                reached.Set();
            }
        }
    }
}
