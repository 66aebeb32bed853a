using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// One goroutine sends through two channels, one selects between receiving from the first and sending through the second,
/// and one takes something out of the second, collects, and closes both. Nothing but the channels leads to what is sent.
/// </summary>
/// <remarks>
/// What was sent is received exactly once, intact; what was not is never received; and everybody goes on once a channel
/// is closed. The words are plain, and the channels order their accesses: what was done before a send comes before what
/// is done after its receive.
/// </remarks>
internal sealed class ChannelClose : Scenario
{
    private const int LeafWords = 2;
    private const int Pattern = 0x5EED;

    /// <summary>How many leaves the sender and the selector make at most, each.</summary>
    private const int LeavesEach = 2;

    /// <inheritdoc/>
    public override string Name => "channel-close";

    /// <inheritdoc/>
    public override string Summary
        => "a channel is closed against send and select while a collection runs: nothing is lost, and nobody waits on";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["chan*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var run = new Execution<TSync>();
        run.Run();
    }

    private static void Require(bool condition, string message) => OracleException.Require(condition, message);

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

    /// <summary>Counts what was sent and received.</summary>
    private sealed unsafe class Tally<TSync> : IDisposable
        where TSync : struct, ISync
    {
        /// <summary>For each leaf how often it was sent: its maker's; read by nobody else before the end.</summary>
        private readonly int* _sent = TSync.Allocate<int>(2 * LeavesEach, "sent");

        /// <summary>For each leaf how often it was received: its receiver's; as above.</summary>
        private readonly int* _received = TSync.Allocate<int>(2 * LeavesEach, "received");

        internal void Sent(int leaf) => TSync.Write(_sent + leaf, TSync.Read(_sent + leaf) + 1);

        internal void Received(int leaf) => TSync.Write(_received + leaf, TSync.Read(_received + leaf) + 1);

        /// <summary>Once no goroutine runs.</summary>
        internal void RequireBalance()
        {
            for (int i = 0; i < 2 * LeavesEach; i++)
            {
                (int sent, int received) = (TSync.Read(_sent + i), TSync.Read(_received + i));
                Require(
                    sent == received && sent <= 1, $"leaf {i} was sent {sent} times and received {received} times");
            }
        }

        public void Dispose()
        {
            TSync.Free(_received);
            TSync.Free(_sent);
        }
    }

    private sealed class Execution<TSync> : IDisposable
        where TSync : struct, ISync
    {
        private readonly Watch<TSync> _watch = new();
        private readonly Tally<TSync> _tally = new();
        private readonly World<TSync> _world;
        private readonly ChannelType _references;

        internal Execution()
        {
            _world = new World<TSync>(SmallWorld.Options(processors: 2, _watch));
            _watch.Verifier = new HeapVerifier<TSync>(_world);
            _references = _world.RegisterChannel(SlotKind.Pointer);
        }

        internal void Run()
        {
            HeapPicture<TSync>.Offer(_world);
            _world.Run(Main);
            _tally.RequireBalance();
        }

        public void Dispose()
        {
            _world.Dispose();
            _watch.Dispose();
            _tally.Dispose();
        }

        /// <summary>Takes one leaf, collects, closes both channels, and takes what is left in the first.</summary>
        private async GoroutineTask Main(Goroutine<TSync> g)
        {
            MakeChannels(g);
            g.Go(Send);
            g.Go(Select);
            if (TSync.Choose(2) == 0)
            {
                // The selector is more likely to wait at both channels then.
                await g.Yield();
            }

            Receive(g, await g.Receive(Second(g)));
            g.Collect();
            g.Close(Second(g));
            g.Close(First(g));
            while (Receive(g, await g.Receive(First(g))))
            {
            }
        }

        /// <summary>Sends a leaf through each channel, unless one is closed before it is taken, and collects.</summary>
        private async GoroutineTask Send(Goroutine<TSync> g)
        {
            try
            {
                await g.Send(First(g), MakeLeaf(g, 0));
                CountSent(0);
                await g.Send(Second(g), MakeLeaf(g, 1));
                CountSent(1);
            }
            catch (ChannelClosedException)
            {
            }

            g.Collect();
        }

        /// <summary>Receives from the first channel, or sends leaves through the second, until one is closed.</summary>
        private async GoroutineTask Select(Goroutine<TSync> g)
        {
            try
            {
                int next = LeavesEach;
                ChannelResult done;
                do
                {
                    // A channel that is null is a case that is never ready.
                    bool left = next < 2 * LeavesEach;
                    Reference leaf = left ? MakeLeaf(g, next) : Reference.Null;
                    done = await g.Select(
                        ChannelCase.Receive(First(g)), ChannelCase.Send(left ? Second(g) : Reference.Null, leaf));
                    if (done.Case == 1)
                    {
                        CountSent(next);
                        next++;
                    }
                }
                while (done.Case == 1 || Receive(g, done));
            }
            catch (ChannelClosedException)
            {
            }
        }

        private void MakeChannels(Goroutine<TSync> g)
        {
            RootArea<TSync> data = g.Data;
            data[0] = g.MakeChannel(_references, (int)TSync.Choose(2));
            data[1] = g.MakeChannel(_references, 0);
        }

        private static Reference First(Goroutine<TSync> g) => g.Data[0];

        private static Reference Second(Goroutine<TSync> g) => g.Data[1];

        private static Reference MakeLeaf(Goroutine<TSync> g, int number)
        {
            Reference leaf = g.AllocateBytes(LeafWords * sizeof(long));
            g.WriteWord(leaf, 0, Pattern);
            g.WriteWord(leaf, sizeof(long), number);
            return leaf;
        }

        private void CountSent(int number)
        {
            _watch.Step();
            _tally.Sent(number);
        }

        /// <summary>Takes a leaf that was received.</summary>
        /// <returns>Whether there was one; else the channel is closed.</returns>
        private bool Receive(Goroutine<TSync> g, ChannelResult got)
        {
            _watch.Step();
            if (!got.Ok)
            {
                Require(got.Reference.IsNull, $"a closed channel gave {got.Reference}");
                return false;
            }

            long pattern = g.ReadWord(got.Reference, 0);
            long number = g.ReadWord(got.Reference, sizeof(long));
            Require(
                pattern == Pattern && number is >= 0 and < 2 * LeavesEach,
                $"what was received holds 0x{pattern:x} and {number}");
            _tally.Received((int)number);
            return true;
        }
    }
}
