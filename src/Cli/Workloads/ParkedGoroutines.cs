using System.Threading;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>Goroutines that wait for another to end, each with two live frames and an object of its own in each.</summary>
internal sealed class ParkedGoroutines
{
    private const int ObjectBytes = 32;

    private readonly FrameMap _map;
    private readonly TypeId _type;
    private long _started;
    private long _whole;

    /// <summary>Creates none yet.</summary>
    /// <param name="world">Where they will live; it has not started.</param>
    public ParkedGoroutines(NativeWorld world)
    {
        _map = world.RegisterFrame(SlotKind.Pointer, SlotKind.NoPointer);
        _type = world.RegisterType(new TypeShape("parked.object", ObjectBytes, 0));
    }

    /// <summary>How many have come as far as to wait.</summary>
    public long Started => Volatile.Read(ref _started);

    /// <summary>How many have ended and found their objects whole.</summary>
    public long Whole => Volatile.Read(ref _whole);

    /// <summary>Starts some.</summary>
    /// <param name="starter">The goroutine that starts them.</param>
    /// <param name="count">How many.</param>
    /// <param name="gate">They wait until it has ended.</param>
    /// <returns>What to wait for at the end.</returns>
    public GoroutineHandle[] Start(NativeGoroutine starter, int count, GoroutineHandle gate)
    {
        var handles = new GoroutineHandle[count];
        for (int i = 0; i < count; i++)
        {
            int number = i;
            handles[i] = starter.Go(goroutine => Park(goroutine, number, gate));
        }

        return handles;
    }

    private async GoroutineTask Park(NativeGoroutine goroutine, int number, GoroutineHandle gate)
    {
        using NativeFrame lower = PushFrame(goroutine, number);
        using NativeFrame upper = PushFrame(goroutine, ~number);
        Interlocked.Increment(ref _started);
        await goroutine.Join(gate);
        if (goroutine.ReadWord(lower[0], sizeof(long)) == number
            && goroutine.ReadWord(upper[0], sizeof(long)) == ~number)
        {
            Interlocked.Increment(ref _whole);
        }
    }

    private NativeFrame PushFrame(NativeGoroutine goroutine, long value)
    {
        NativeFrame frame = goroutine.PushFrame(_map);
        frame[0] = goroutine.Allocate(_type);
        goroutine.WriteWord(frame[0], sizeof(long), value);
        return frame;
    }
}
