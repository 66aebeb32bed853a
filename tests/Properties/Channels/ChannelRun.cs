using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Models.Scenarios;
using Testbed.Sync;

namespace Testbed.Properties.Channels;

/// <summary>
/// Runs a program: what it sends are objects that nothing but the channel leads to, collected after few allocations
/// and where the program says so.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed class ChannelRun<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int Pattern = 0x5EED;
    private const int WordBytes = sizeof(long);

    private readonly ChannelProgram _program;
    private readonly Watch _watch = new();
    private readonly World<TSync> _world;
    private readonly ChannelType _references;

    /// <summary>The events of each goroutine, which alone writes them, and last those of the first one.</summary>
    private readonly List<ChannelEvent>[] _events;

    /// <summary>The time: a number that only grows. Always accessed atomically.</summary>
    private readonly unsafe long* _time = TSync.Allocate<long>(1, "time");

    private ChannelRun(ChannelProgram program)
    {
        _program = program;
        _events = [.. Enumerable.Range(0, program.Goroutines.Count + 1).Select(_ => new List<ChannelEvent>())];
        _world = new World<TSync>(SmallWorld.Options(program.Processors, _watch) with
        {
            DataWords = ChannelProgram.ChannelsMax,
            FirstTriggerBytes = 256,
        });
        _watch.Verifier = new HeapVerifier<TSync>(_world);
        _references = _world.RegisterChannel(SlotKind.Pointer);
    }

    /// <summary>Runs a program and judges what came of it.</summary>
    /// <exception cref="OracleException">It is not what must be.</exception>
    internal static void Run(ChannelProgram program)
    {
        using var run = new ChannelRun<TSync>(program);
        bool deadlocked = false;
        try
        {
            run._world.Run(run.Main);
        }
        catch (DeadlockException)
        {
            deadlocked = true;
        }

        ChannelEvent[] events = [.. run._events.SelectMany(list => list)];
        OracleException.Require(
            deadlocked == events.Any(e => e.End == StepEnd.Waits),
            deadlocked ? "a deadlock is told of, and nobody waits" : "somebody waits, and no deadlock is told of");
        new ChannelOracle(program.Capacities, events).Verify();
    }

    /// <inheritdoc/>
    public unsafe void Dispose()
    {
        _world.Dispose();
        TSync.Free(_time);
    }

    /// <summary>Lets all run to their end, and then takes what the channels still hold.</summary>
    private async GoroutineTask Main(Goroutine<TSync> g)
    {
        MakeChannels(g);
        var started = new List<GoroutineHandle>();
        for (int i = 0; i < _program.Goroutines.Count; i++)
        {
            int number = i;
            started.Add(g.Go(other => Follow(other, number)));
        }

        foreach (GoroutineHandle handle in started)
        {
            await g.Join(handle);
        }

        for (int channel = 0; channel < _program.Capacities.Count; channel++)
        {
            var step = new ChannelStep(StepKind.Operate, [new StepCase(channel, Sends: false)], HasDefault: true);
            while (TryOperate(g, _program.Goroutines.Count, step) == StepEnd.Received)
            {
            }
        }
    }

    private async GoroutineTask Follow(Goroutine<TSync> g, int number)
    {
        foreach (ChannelStep step in _program.Goroutines[number])
        {
            switch (step.Kind)
            {
                case StepKind.Operate when step.HasDefault:
                    TryOperate(g, number, step);
                    break;
                case StepKind.Operate:
                    await Operate(g, number, step);
                    break;
                case StepKind.Close:
                    Close(g, number, step);
                    break;
                case StepKind.Collect:
                    g.Collect();
                    break;
                default:
                    await g.Yield();
                    break;
            }
        }
    }

    private async GoroutineTask Operate(Goroutine<TSync> g, int number, ChannelStep step)
    {
        ChannelCase[] cases = MakeCases(g, number, step);
        Begin(number, step);
        try
        {
            ChannelResult result = cases.Length > 1 ? await g.Select(cases)
                : step.Cases[0].Sends ? await g.Send(cases[0].Channel, LeafOf(cases[0]))
                : await g.Receive(cases[0].Channel);
            End(g, number, result);
        }
        catch (ChannelClosedException)
        {
            End(number, StepEnd.Refused);
        }
    }

    private StepEnd TryOperate(Goroutine<TSync> g, int number, ChannelStep step)
    {
        ChannelCase[] cases = MakeCases(g, number, step);
        Begin(number, step);
        try
        {
            End(g, number, g.TrySelect(cases));
        }
        catch (ChannelClosedException)
        {
            End(number, StepEnd.Refused);
        }

        return _events[number][^1].End;
    }

    private void Close(Goroutine<TSync> g, int number, ChannelStep step)
    {
        int channel = step.Cases[0].Channel;
        Begin(number, step);
        try
        {
            g.Close(g.Data[channel]);
            End(number, StepEnd.Closed, channel);
        }
        catch (ChannelClosedException)
        {
            End(number, StepEnd.Refused);
        }
    }

    private void MakeChannels(Goroutine<TSync> g)
    {
        RootArea<TSync> data = g.Data;
        for (int channel = 0; channel < _program.Capacities.Count; channel++)
        {
            data[channel] = g.MakeChannel(_references, _program.Capacities[channel]);
        }
    }

    /// <summary>The cases of the next step of a goroutine, with what they send; nothing roots it when this returns.</summary>
    private ChannelCase[] MakeCases(Goroutine<TSync> g, int number, ChannelStep step)
    {
        using Frame<TSync> frame = g.PushFrame(ChannelProgram.CasesMax);
        var cases = new ChannelCase[step.Cases.Count];
        for (int i = 0; i < cases.Length; i++)
        {
            if (step.Cases[i].Sends)
            {
                frame[i] = g.AllocateBytes(2 * WordBytes);
                g.WriteWord(frame[i], 0, Pattern);
                g.WriteWord(frame[i], WordBytes, ValueOf(number, _events[number].Count, i));
            }
        }

        for (int i = 0; i < cases.Length; i++)
        {
            Reference channel = g.Data[step.Cases[i].Channel];
            cases[i] = step.Cases[i].Sends ? ChannelCase.Send(channel, frame[i]) : ChannelCase.Receive(channel);
        }

        return cases;
    }

    private static Reference LeafOf(ChannelCase one) => new(one.Value);

    /// <summary>A number that no other case of a program sends.</summary>
    private static long ValueOf(int number, int place, int one)
        => (((long)place * (ChannelProgram.GoroutinesMax + 1)) + number) * ChannelProgram.CasesMax + one;

    private void Begin(int number, ChannelStep step)
        => _events[number].Add(new ChannelEvent(number, step, Tick()));

    private void End(int number, StepEnd end, int channel = -1, long value = -1)
    {
        List<ChannelEvent> events = _events[number];
        events[^1] = events[^1] with { End = end, EndTime = Tick(), Channel = channel, Value = value };
    }

    private unsafe long Tick() => TSync.Add(_time, 1);

    /// <summary>Notes the end of an operation, after a look at what was received.</summary>
    private void End(Goroutine<TSync> g, int number, ChannelResult result)
    {
        if (result.Case < 0)
        {
            End(number, StepEnd.Default);
            return;
        }

        StepCase done = _events[number][^1].Step.Cases[result.Case];
        if (done.Sends)
        {
            End(number, StepEnd.Sent, done.Channel, ValueOf(number, _events[number].Count - 1, result.Case));
        }
        else if (!result.Ok)
        {
            OracleException.Require(result.Reference.IsNull, $"a closed channel gave {result.Reference}");
            End(number, StepEnd.Drained, done.Channel);
        }
        else
        {
            long pattern = g.ReadWord(result.Reference, 0);
            OracleException.Require(pattern == Pattern, $"what was received holds 0x{pattern:x}");
            End(number, StepEnd.Received, done.Channel, g.ReadWord(result.Reference, WordBytes));
        }
    }

    /// <summary>Verifies the heap after each collection.</summary>
    private sealed class Watch : CollectionObserver
    {
        /// <summary>Once there is a world.</summary>
        internal HeapVerifier<TSync>? Verifier { get; set; }

        /// <inheritdoc/>
        public override void CollectionEnded(in CollectionSummary summary) => Verifier!.Verify();
    }
}
