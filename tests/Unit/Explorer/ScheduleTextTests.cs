using System.Reflection;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>Schedules as people see them, against files that hold what they should look like.</summary>
/// <remarks>To take a new look for right, set TESTBED_GOLDEN to the folder of the files and run the tests.</remarks>
public sealed unsafe class ScheduleTextTests
{
    [Fact]
    public void Lanes_show_steps_values_and_places()
        => AssertGolden("lost-update", ScheduleText.Render(Recording(Programs.LostUpdate)));

    [Fact]
    public void Every_operation_has_a_line()
        => AssertGolden("every-operation", ScheduleText.Render(Recording(EveryOperation), all: true));

    [Fact]
    public void Long_schedules_are_folded_and_long_names_cut()
    {
        RecordedExecution recording = Recording(Long);
        string text = ScheduleText.Render(recording);
        AssertGolden("long", text);
        Assert.True(ScheduleText.Render(recording, all: true).Length > text.Length);
    }

    [Fact]
    public void A_program_without_a_step_has_lanes_too()
        => AssertGolden("no-step", ScheduleText.Render(Recording(() => throw new OracleException("at once"))));

    [Fact]
    public void A_failed_exploration_throws_with_lanes_and_seed()
    {
        ExplorationResult result = Programs.Explore(Programs.LostUpdate, new ExplorationOptions { Seed = 42 });
        string message = Assert.Throws<ExplorationFailedException>(result.ThrowIfFailed).Message;
        Assert.Contains("step | main", message, StringComparison.Ordinal);
        Assert.Contains("of seed 42, portfolio", message, StringComparison.Ordinal);
    }

    private static RecordedExecution Recording(Action body)
        => Programs.Explore(body, new() { MaxExecutions = 1000, Strategy = "random", Shrink = false })
            .Failures[0]
            .Recorded;

    private static void EveryOperation()
    {
        Node* nodes = S.Allocate<Node>(2, "nodes");
        S.Write(&nodes->Next, nodes + 1);
        S.RacyWrite(&nodes->Word, (ulong)(nodes + 1) << 16 | 5);
        _ = S.RacyRead(&nodes->Word);
        S.VolatileWrite(&nodes[1].State, State.Ready);
        _ = S.VolatileRead(&nodes[1].State);
        S.CompareExchange(&nodes->Next, null, nodes + 1);
        S.CompareExchange(&nodes->Next, nodes, nodes + 1);
        S.Exchange(&nodes->Inner.Flag, true);
        S.Add(&nodes[1].Inner.Small[2], -3);
        S.And(&nodes->Word, 0xFFUL);
        S.Or(&nodes->Word, 1UL << 63);
        S.MemoryBarrier();
        S.Zero(&nodes->Inner, 8);
        S.Copy(nodes, nodes + 1, 8);
        _ = S.Read(&nodes->Next);
        Mutex mutex = S.CreateMutex("lock");
        S.Enter(mutex);
        S.Exit(mutex);
        Note note = S.CreateNote("note");
        _ = S.Sleep(note, 100);
        S.Wake(note);
        S.Sleep(note);
        S.Clear(note);
        SyncThread thread = S.StartThread("other", () => S.VolatileWrite(&nodes->Inner.Flag, true));
        while (!S.VolatileRead(&nodes->Inner.Flag))
        {
            S.Spin(0);
        }

        S.Join(thread);
        _ = S.Choose(7);
        S.Free(nodes);
        S.Free(nodes);
    }

    private static void Long()
    {
        int* counters = S.Allocate<int>(2, "counters-with-a-very-long-name-that-nobody-would-want-to-read-in-full");
        SyncThread thread = S.StartThread("a-thread-with-a-long-name-too", () => Count(counters));
        Count(counters + 1);
        S.Join(thread);
        OracleException.Require(false, "over");

        static void Count(int* counter)
        {
            for (int i = 0; i < 30; i++)
            {
                S.CompareExchange(counter, i + 1_000_001, i == 0 ? 0 : i + 1_000_000);
            }
        }
    }

    private static void AssertGolden(string name, string actual)
    {
        if (Environment.GetEnvironmentVariable("TESTBED_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, name + ".txt"), actual);
        }

        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"golden/{name}.txt");
        Assert.NotNull(stream);
        using var reader = new StreamReader(stream);
        Assert.Equal(reader.ReadToEnd(), actual);
    }

    private enum State : byte
    {
        Idle,
        Ready,
    }

    private struct Node
    {
        internal Node* Next;
        internal ulong Word;
        internal State State;
        internal Inner Inner;
    }

    private struct Inner
    {
        internal bool Flag;
        internal fixed int Small[4];
    }
}
