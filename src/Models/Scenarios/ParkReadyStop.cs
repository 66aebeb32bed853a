using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines take turns, each parking until the other readies it, while a third collects twice: the world stops
/// while one is about to wait, waits, or has just been readied.
/// </summary>
/// <remarks>
/// The turn is a plain word under a lock, and each goroutine keeps an object by a frame alone while it waits. Whoever is
/// readied before it waits, twice or not at all shows as a turn that is out of order or as an execution that does not end.
/// </remarks>
internal sealed class ParkReadyStop : Scenario
{
    private const int Turns = 4;

    /// <inheritdoc/>
    public override string Name => "park-ready-stop";

    /// <inheritdoc/>
    public override string Summary
        => "goroutines park and ready each other while the world is stopped: none is lost, runs twice or loses its objects";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["sched.Stop*", "g.Status", "p.RunQueue"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var run = new Execution<TSync>();
        run.Run();
    }

    private sealed class Execution<TSync> : IDisposable
        where TSync : struct, ISync
    {
        private readonly MutatorWatch<TSync> _watch = new();
        private readonly Mutex _lock = TSync.CreateMutex("turnlock");
        private readonly unsafe State* _state = TSync.Allocate<State>(1, "turns");
        private readonly World<TSync> _world;

        internal Execution() => _world = new World<TSync>(SmallWorld.Options(processors: 2, _watch));

        internal unsafe void Run()
        {
            HeapPicture<TSync>.Offer(_world);
            _world.Run(g =>
            {
                g.Go(first => TakeTurns(first, 0));
                g.Go(second => TakeTurns(second, 1));
                g.Collect();
                _watch.Step();
                g.Collect();
            });
            int turn = TSync.Read(&_state->Turn);
            OracleException.Require(turn == Turns, $"{turn} turns of {Turns} were taken");
            OracleException.Require(_watch.Collections == 2, $"{_watch.Collections} collections of 2");
        }

        public unsafe void Dispose()
        {
            _world.Dispose();
            TSync.Free(_state);
            TSync.Destroy(_lock);
            _watch.Dispose();
        }

        private async GoroutineTask TakeTurns(Goroutine<TSync> g, int self)
        {
            using Frame<TSync> frame = g.PushFrame(1);
            frame[0] = g.AllocateBytes(sizeof(long));
            g.WriteWord(frame[0], 0, self);
            for (int turn = self; turn < Turns; turn += 2)
            {
                while (!Enter(g, turn))
                {
                    await Park(g);
                    _watch.Step();
                }

                long word = g.ReadWord(frame[0], 0);
                OracleException.Require(word == self, $"the object of goroutine {self} says {word}");
                Pass(g, turn);
            }
        }

        /// <summary>Sees whether it is the goroutine's turn; if not, it is known as the one that waits, the lock held.</summary>
        private unsafe bool Enter(Goroutine<TSync> g, int turn)
        {
            TSync.Enter(_lock);
            int now = TSync.Read(&_state->Turn);
            OracleException.Require(now <= turn, $"turn {turn} comes again after turn {now - 1}");
            if (now < turn)
            {
                OracleException.Require(TSync.Read(&_state->Waiter) == null, "two goroutines wait for their turn");
                TSync.Write(&_state->Waiter, g.Description);
                return false;
            }

            TSync.Exit(_lock);
            return true;
        }

        private Goroutine<TSync>.LeaveAwaitable Park(Goroutine<TSync> g)
            => g.ParkOn(WaitReason.Join, new LockSet<TSync>([_lock], members: 1));

        /// <summary>Ends a turn and readies the other, if it waits.</summary>
        private unsafe void Pass(Goroutine<TSync> g, int turn)
        {
            TSync.Enter(_lock);
            TSync.Write(&_state->Turn, turn + 1);
            G* waiter = TSync.Read(&_state->Waiter);
            TSync.Write(&_state->Waiter, null);
            TSync.Exit(_lock);
            if (waiter != null)
            {
                g.Ready(waiter);
            }
        }

        /// <summary>Under the lock; read at the end, when nobody runs.</summary>
        private unsafe struct State
        {
            /// <summary>Whose turn it is: the first's if even.</summary>
            internal int Turn;

            /// <summary>The goroutine that waits for its turn, or null.</summary>
            internal G* Waiter;
        }
    }
}
