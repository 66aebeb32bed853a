using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// A goroutine starts as many others as its P's queue holds, or twice as many, and blocks its thread until the last has
/// ended; one of them blocks its own until another has run. So every goroutine must come, by theft or by the queue for all,
/// to the one P that is left, and whoever queues one must see to it that an M looks for it. In half of the executions there
/// are more Ps than Ms, and the second does not block: then whoever would wake an M may find none.
/// </summary>
/// <remarks>
/// Each goroutine runs once: its word is plain, and the queues order its accesses. One that gets lost, or that nobody
/// looks for, is a deadlock.
/// </remarks>
internal sealed class RunQueue : Scenario
{
    private const int Others = 4;

    /// <inheritdoc/>
    public override string Name => "run-queue";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines overflow a run queue and are stolen while threads block: each runs once, none waits in vain";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["p.RunQueue", "sched.SpinningCount", "sched.IdleProcessorCount"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var run = new Execution<TSync>();
        run.Run();
    }

    private sealed class Execution<TSync> : IDisposable
        where TSync : struct, ISync
    {
        /// <summary>Whether there is but one M beside the one that waits for all.</summary>
        private readonly bool _fewMachines;
        private readonly World<TSync> _world;
        private readonly unsafe int* _runs = TSync.Allocate<int>(Others, "runs");
        private readonly unsafe int* _left = TSync.Allocate<int>(1, "left");
        private readonly Note _allEnded = TSync.CreateNote("allended");
        private readonly Note _lastRan = TSync.CreateNote("lastran");

        internal Execution()
        {
            _fewMachines = TSync.Choose(2) == 1;
            WorldOptions options = SmallWorld.Options(processors: 3);
            _world = new World<TSync>(options with
            {
                // A queue of two overflows; off one of four a thief takes more than one.
                RunQueueLength = 2 << (int)TSync.Choose(2),
                MaxMachines = _fewMachines ? 2 : options.MaxMachines,
            });
        }

        internal unsafe void Run()
        {
            HeapPicture<TSync>.Offer(_world);
            TSync.Write(_left, Others);
            _world.Run(g =>
            {
                g.Go(Block);
                for (int i = 1; i < Others; i++)
                {
                    int other = i;
                    g.Go(started => Work(started, other));
                }

                g.SystemCall(() => TSync.Sleep(_allEnded));
            });
        }

        public unsafe void Dispose()
        {
            _world.Dispose();
            TSync.Destroy(_lastRan);
            TSync.Destroy(_allEnded);
            TSync.Free(_left);
            TSync.Free(_runs);
        }

        /// <summary>Waits, with its thread, for the last of the others to run, if there is another for that.</summary>
        private void Block(Goroutine<TSync> g)
        {
            Count(0);
            if (!_fewMachines)
            {
                g.SystemCall(() => TSync.Sleep(_lastRan));
            }

            End();
        }

        private async GoroutineTask Work(Goroutine<TSync> g, int other)
        {
            Count(other);
            if (other == Others - 1)
            {
                TSync.Wake(_lastRan);
            }
            else
            {
                await g.Yield();
            }

            End();
        }

        private unsafe void Count(int other)
        {
            int runs = TSync.Read(_runs + other);
            OracleException.Require(runs == 0, $"goroutine {other} of {Others} runs again");
            TSync.Write(_runs + other, 1);
        }

        private unsafe void End()
        {
            if (TSync.Add(_left, -1) == 0)
            {
                TSync.Wake(_allEnded);
            }
        }
    }
}
