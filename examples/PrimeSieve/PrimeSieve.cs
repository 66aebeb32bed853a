using Testbed.Collector;
using Testbed.Sync;

namespace Examples;

/// <summary>
/// Prime numbers by a row of goroutines, D. McIlroy's example for channels: the first sends all numbers, each next one
/// passes on what its prime does not divide. Its channels and what the goroutines are given are objects of the
/// collected heap; a goroutine that has ended leaves nothing behind.
/// </summary>
/// <typeparam name="TSync">The engine: <see cref="NativeSync"/> in production.</typeparam>
public sealed class PrimeSieve<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>Where a stage keeps the channel that it receives from, the one that it sends to, and its prime.</summary>
    private const int From = 0;
    private const int To = 8;
    private const int Prime = 16;

    private readonly World<TSync> _world;
    private readonly ChannelType _numbers;
    private readonly TypeId _stage;
    private readonly FrameMap _frame;

    /// <summary>Makes a world for it.</summary>
    /// <param name="options">What the world is made with.</param>
    public PrimeSieve(WorldOptions options)
    {
        _world = new World<TSync>(options);
        _numbers = _world.RegisterChannel(SlotKind.NoPointer);
        _stage = _world.RegisterType(new TypeShape("stage", 24, From, To));
        _frame = _world.RegisterFrame(SlotKind.Pointer, SlotKind.Pointer);
    }

    /// <summary>The primes up to a limit. One call at a time.</summary>
    /// <param name="limit">The greatest number that is looked at.</param>
    /// <returns>The primes, the least first.</returns>
    public IReadOnlyList<long> Find(long limit)
    {
        var primes = new List<long>();
        _world.Run(g => Run(g, limit, primes));
        return primes;
    }

    /// <inheritdoc/>
    public void Dispose() => _world.Dispose();

    /// <summary>What comes out of the last stage is a prime, and gets a stage of its own.</summary>
    private async GoroutineTask Run(Goroutine<TSync> g, long limit, List<long> primes)
    {
        using Frame<TSync> frame = g.PushFrame(_frame);
        frame[0] = g.MakeChannel(_numbers, capacity: 0);
        g.Go((first, channel) => Generate(first, channel, limit), frame[0]);
        ChannelResult next;
        while ((next = await g.Receive(frame[0])).Ok)
        {
            primes.Add(next.Number);
            frame[1] = g.Allocate(_stage);
            g.WriteReference(frame[1], From, frame[0]);
            g.WriteWord(frame[1], Prime, next.Number);
            frame[0] = g.MakeChannel(_numbers, capacity: 0);
            g.WriteReference(frame[1], To, frame[0]);
            g.Go(Filter, frame[1]);
        }
    }

    private async GoroutineTask Generate(Goroutine<TSync> g, Reference channel, long limit)
    {
        using Frame<TSync> frame = g.PushFrame(_frame);
        frame[0] = channel;
        for (long number = 2; number <= limit; number++)
        {
            await g.Send(frame[0], number);
        }

        g.Close(frame[0]);
    }

    private async GoroutineTask Filter(Goroutine<TSync> g, Reference stage)
    {
        using Frame<TSync> frame = g.PushFrame(_frame);
        frame[0] = g.ReadReference(stage, From);
        frame[1] = g.ReadReference(stage, To);
        long prime = g.ReadWord(stage, Prime);
        ChannelResult next;
        while ((next = await g.Receive(frame[0])).Ok)
        {
            if (next.Number % prime != 0)
            {
                await g.Send(frame[1], next.Number);
            }
        }

        g.Close(frame[1]);
    }
}
