using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two threads that the world did not make call into it twice each, on one or two Ps, while its first goroutine collects
/// and then waits for a number from each; in some executions it throws instead, or looks at all goroutines and extra Ms
/// before. One of the threads collects, too, the other is called back from a system call.
/// </summary>
/// <remarks>
/// While the goroutine waits for the threads nothing in the world can run, which is no deadlock. The second calls meet the
/// end of the run, and may be turned away. What a thread has rooted stays, no thread is inside when the run has ended, each
/// call is a goroutine with a number of its own, and at the end all extra Ms are on their list, one of them never used by
/// two at a time.
/// </remarks>
internal sealed class ExtraMachines : Scenario
{
    private const int Callers = 2;
    private const int Calls = 2;

    /// <inheritdoc/>
    public override string Name => "extra-m";

    /// <inheritdoc/>
    public override string Summary
        => "threads of others call in on borrowed Ms against collections, each other and the end of the run";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["sched.ExtraMachines", "p.Status", "sched.Stop*"];

    /// <inheritdoc/>
    public override unsafe void Run<TSync>()
    {
        using var watch = new MutatorWatch<TSync>();
        PlannedException? failure = TSync.Choose(4) == 0 ? new PlannedException("planned") : null;
        WorldOptions options = SmallWorld.Options(processors: 1 + (int)TSync.Choose(2), watch) with
        {
            MaxMachines = 2 + Callers + 1,
            ForeignCalls = true,
        };
        var gates = new Note[Callers];
        var threads = new SyncThread[Callers];
        int* inside = TSync.Allocate<int>(1, "inside");

        // For each call the number of its goroutine, 0 if it was turned away: its thread's, then read once that has ended.
        long* goroutines = TSync.Allocate<long>(Callers * Calls, "goroutines");
        Exception? thrown = null;
        using (var world = new World<TSync>(options))
        {
            HeapPicture<TSync>.Offer(world);
            for (int i = 0; i < Callers; i++)
            {
                Note gate = gates[i] = TSync.CreateNote($"gate{i}");
                int number = i + 1;
                threads[i] = TSync.StartThread($"foreign{i}", () =>
                {
                    TSync.Sleep(gate);
                    for (int call = 0; call < Calls; call++)
                    {
                        long* goroutine = goroutines + ((number - 1) * Calls) + call;
                        CallIn(world, watch, inside, goroutine, number, isFirst: call == 0, mayFail: failure is not null);
                    }
                });
            }

            ChannelType numbers = world.RegisterChannel(SlotKind.NoPointer);
            try
            {
                world.Run(g => Main(g, world, watch, numbers, gates, failure));
            }
            catch (Exception exception) when (exception is PlannedException or WorldFailedException or DeadlockException)
            {
                thrown = exception;
            }

            OracleException.Require(TSync.VolatileRead(inside) == 0, "the run ended before a call");
            OracleException.Require(
                ReferenceEquals(thrown, failure), $"Run ended with: {thrown?.Message ?? "nothing"}");
            foreach (SyncThread thread in threads)
            {
                TSync.Join(thread);
            }

            RequireOwnNumbers<TSync>(goroutines);
            (int free, int all) = world.Scheduler.ExtraMachines;
            OracleException.Require(free == all, $"{free} of {all} extra Ms are on their list");
            OracleException.Require(all > 1 || failure is not null, "the last extra M was taken, and none made");
        }

        TSync.Free(goroutines);
        TSync.Free(inside);
        foreach (Note gate in gates)
        {
            TSync.Destroy(gate);
        }
    }

    private static async GoroutineTask Main<TSync>(
        Goroutine<TSync> g,
        World<TSync> world,
        MutatorWatch<TSync> watch,
        ChannelType numbers,
        Note[] gates,
        PlannedException? failure)
        where TSync : struct, ISync
    {
        OracleException.Require(
            world.GoroutineCount == 1, "the goroutine of an M that nobody has is counted");
        RootArea<TSync> roots = g.Bss;
        roots[0] = g.MakeChannel(numbers, Callers);
        foreach (Note gate in gates)
        {
            TSync.Wake(gate);
        }

        watch.Step();
        g.Collect();
        watch.Step();
        if (failure is not null)
        {
            throw failure;
        }

        if (TSync.Choose(2) == 0)
        {
            LookAround(g, world);
        }

        long sum = 0;
        for (int i = 0; i < Callers; i++)
        {
            sum += (await g.Receive(roots[0])).Number;
        }

        OracleException.Require(sum == Callers * (Callers + 1) / 2, $"the numbers of the threads add up to {sum}");
    }

    /// <summary>Looks at what threads change that come in and leave.</summary>
    private static void LookAround<TSync>(Goroutine<TSync> g, World<TSync> world)
        where TSync : struct, ISync
    {
        foreach (IReadOnlyList<GoroutineInfo> goroutines in (IReadOnlyList<GoroutineInfo>[])
            [world.ListGoroutines(), g.ProfileGoroutines()])
        {
            OracleException.Require(goroutines.All(info => info.Id > 0), "a goroutine is alive without a number");
            OracleException.Require(
                goroutines.DistinctBy(info => info.Id).Count() == goroutines.Count, "two goroutines have one number");
        }

        (int free, int all) = world.Scheduler.ExtraMachines;
        OracleException.Require(free <= all, $"{free} of {all} extra Ms are on their list");
    }

    /// <summary>Calls in, or is turned away by a world that has failed or is about to end.</summary>
    private static unsafe void CallIn<TSync>(
        World<TSync> world,
        MutatorWatch<TSync> watch,
        int* inside,
        long* goroutine,
        int number,
        bool isFirst,
        bool mayFail)
        where TSync : struct, ISync
    {
        try
        {
            world.Call(g =>
            {
                TSync.Add(inside, 1);
                TSync.Write(goroutine, g.Id);
                try
                {
                    Use(g, watch, number, isFirst);
                }
                finally
                {
                    TSync.Add(inside, -1);
                }
            });
        }
        catch (WorldFailedException) when (mayFail)
        {
        }
        catch (InvalidOperationException) when (!isFirst)
        {
        }
    }

    /// <summary>No two calls have the same goroutine; once all threads have ended.</summary>
    private static unsafe void RequireOwnNumbers<TSync>(long* goroutines)
        where TSync : struct, ISync
    {
        var seen = new SortedSet<long>();
        for (int i = 0; i < Callers * Calls; i++)
        {
            long number = TSync.Read(goroutines + i);
            OracleException.Require(number == 0 || seen.Add(number), $"two calls are goroutine {number}");
        }
    }

    /// <summary>Keeps an object over a stop of the world, and tells of the first time.</summary>
    private static void Use<TSync>(Goroutine<TSync> g, MutatorWatch<TSync> watch, int number, bool isFirst)
        where TSync : struct, ISync
    {
        watch.Step();
        using Frame<TSync> frame = g.PushFrame(1);
        frame[0] = g.AllocateBytes(sizeof(long));
        g.WriteWord(frame[0], 0, number);
        if (number == 1)
        {
            g.Collect();
        }
        else
        {
            g.SystemCall(() => g.Callback(inner => inner.AllocateBytes(sizeof(long))));
        }

        watch.Step();
        g.AllocateBytes(sizeof(long));
        long found = g.ReadWord(frame[0], 0);
        OracleException.Require(found == number, $"an object that a thread has rooted holds {found}");
        if (isFirst)
        {
            g.TrySelect(ChannelCase.Send(g.Bss[0], number));
        }
    }
}
