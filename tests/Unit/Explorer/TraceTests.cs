using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>Traces survive their file, and replay what they recorded or say where it went another way.</summary>
public sealed unsafe class TraceTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(AllStrategies))]
    public void A_failure_is_replayed_at_its_step_ten_times_of_ten(string strategy)
    {
        var options = new ExplorationOptions { Strategy = strategy, Seed = 3 };
        Failure failure = Programs.Fails(FailureKind.Oracle, Drawn, options);
        Trace trace = SaveAndLoad(failure.Trace);
        for (int i = 0; i < 10; i++)
        {
            ReplayResult result = Replay.Run(trace, Drawn);
            Assert.Equal(ReplayOutcome.Reproduced, result.Outcome);
            Assert.Equal(failure.Steps, result.Step);
            Assert.Equal(failure.Message, result.Failure!.Message);
            Assert.Equal(failure.Preemptions, result.Failure.Preemptions);
            Assert.Equal(failure.Recorded.Events, result.Execution.Events);
        }

        static void Drawn()
        {
            uint rounds = 1 + S.Choose(3);
            for (uint i = 0; i < rounds; i++)
            {
                Programs.LostUpdate();
            }
        }
    }

    [Fact]
    public void Every_member_survives_the_file()
    {
        var options = new ExplorationOptions
        {
            Seed = ulong.MaxValue,
            Fingerprint = "build",
            Parameters = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1\n\"" },
            MaxSteps = 77,
        };
        Trace saved = Programs.Fails(FailureKind.Oracle, Programs.LostUpdate, options).Trace;
        Trace loaded = SaveAndLoad(saved);
        Assert.Equal(
            (saved.Scenario, saved.Strategy, saved.Seed, saved.Execution, saved.Fingerprint, saved.MaxSteps),
            (loaded.Scenario, loaded.Strategy, loaded.Seed, loaded.Execution, loaded.Fingerprint, loaded.MaxSteps));
        Assert.Equal(
            (saved.FailureKind, saved.FailureMessage, saved.FailureStep),
            (loaded.FailureKind, loaded.FailureMessage, loaded.FailureStep));
        Assert.Equal("build", loaded.Fingerprint);
        Assert.Equal(options.Parameters.OrderBy(pair => pair.Key), loaded.Parameters);
        Assert.Equal(saved.Operations, loaded.Operations);
        Assert.Equal(saved.Steps, loaded.Steps);
        Assert.Equal(saved.Choices, loaded.Choices);
    }

    [Fact]
    public void A_trace_is_the_same_text_in_every_run()
    {
        Programs.Fails(FailureKind.Oracle, Programs.LostUpdate).Trace.Save(_path);
        string first = File.ReadAllText(_path);
        Programs.Fails(FailureKind.Oracle, Programs.LostUpdate).Trace.Save(_path);
        Assert.Equal(first, File.ReadAllText(_path));
    }

    [Fact]
    public void Code_that_was_mended_passes_or_diverges()
    {
        Trace trace = Programs.Fails(FailureKind.Oracle, () => Sum(false, false, 2)).Trace;
        Assert.Equal(ReplayOutcome.PassedWithoutFailure, Replay.Run(trace, () => Sum(false, false, 0)).Outcome);

        ReplayResult other = Replay.Run(trace, () => Sum(true, false, 2));
        Assert.Equal(ReplayOutcome.Diverged, other.Outcome);
        Assert.Contains("racy-write counter", other.Expected, StringComparison.Ordinal);
        Assert.Contains("add counter", other.Found, StringComparison.Ordinal);
        Assert.Equal(1, other.Step);

        ReplayResult longer = Replay.Run(trace, () => Sum(false, true, 2));
        Assert.Equal(ReplayOutcome.Diverged, longer.Outcome);
        Assert.Equal("the failure", longer.Expected);

        static void Sum(bool atomic, bool more, int expected)
        {
            int* counter = S.Allocate<int>(1, "counter");
            if (atomic)
            {
                S.Add(counter, 1);
            }
            else
            {
                S.RacyWrite(counter, 1);
            }

            if (more)
            {
                S.RacyWrite(counter, 1);
            }

            OracleException.Require(S.Read(counter) == expected || expected == 0, "wrong");
        }
    }

    [Fact]
    public void A_step_of_a_thread_that_waits_diverges()
    {
        Trace trace = Programs.Fails(FailureKind.Oracle, () => Hold(hold: false), OnlyMain()).Trace;
        ReplayResult result = Replay.Run(trace, () => Hold(hold: true));
        Assert.Equal(ReplayOutcome.Diverged, result.Outcome);

        static ExplorationOptions OnlyMain() => new() { MaxExecutions = 1000, Strategy = "random" };

        static void Hold(bool hold)
        {
            Mutex mutex = S.CreateMutex("m");
            int* word = S.Allocate<int>(1, "word");
            if (hold)
            {
                S.Enter(mutex);
            }

            SyncThread thread = S.StartThread("t", () =>
            {
                S.Enter(mutex);
                S.Exit(mutex);
                S.Add(word, 1);
            });
            OracleException.Require(S.VolatileRead(word) == 0, "seen");
            if (hold)
            {
                S.Exit(mutex);
            }

            S.Join(thread);
        }
    }

    [Fact]
    public void A_stall_is_replayed_as_a_stall()
    {
        var limit = TimeSpan.FromMilliseconds(300);
        using var release = new System.Threading.ManualResetEventSlim();
        void Hang() => release.Wait();
        Trace trace = SaveAndLoad(
            Programs.Fails(FailureKind.Stalled, Hang, new ExplorationOptions { StallLimit = limit }).Trace);
        Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(trace, Hang, limit).Outcome);
        release.Set();
    }

    [Theory]
    [InlineData("", "damaged or cut short")]
    [InlineData("not json", "damaged or cut short")]
    [InlineData("[]", "no version number")]
    [InlineData("{}", "no version number")]
    [InlineData("{\"version\": 99}", "it has version 99, and this program reads version 1")]
    [InlineData("{\"version\": 1}", "damaged")]
    public void What_is_no_trace_is_refused(string text, string reason)
    {
        File.WriteAllText(_path, text);
        Assert.Contains(reason, Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"kind\": \"oracle\"", "\"kind\": \"bad luck\"", "unknown kind")]
    [InlineData("\"kind\": \"oracle\"", "\"kind\": null", "null")]
    [InlineData("\"stepCount\": ", "\"stepCount\": 1", "steps, but says")]
    [InlineData("\"operations\": [", "\"operations\": [null, ", "no name")]
    [InlineData("\"0.0 ", "\"0.99 ", "'0.99' is no step")]
    [InlineData("\"0.0 ", "\"-1.0 ", "'-1.0' is no step")]
    [InlineData("\"scenario\"", "\"scenery\"", "damaged")]
    [InlineData("\"maxSteps\": ", "\"maxSteps\": -", "maxSteps is -")]
    public void A_damaged_trace_is_refused(string from, string to, string reason)
    {
        Programs.Fails(FailureKind.Oracle, Programs.LostUpdate).Trace.Save(_path);
        string text = File.ReadAllText(_path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(_path, text.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(reason, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_cut_short_anywhere_is_refused()
    {
        Programs.Fails(FailureKind.Oracle, Programs.LostUpdate).Trace.Save(_path);
        string text = File.ReadAllText(_path).TrimEnd();
        for (int length = 0; length < text.Length; length += 37)
        {
            File.WriteAllText(_path, text[..length]);
            _ = Refused();
        }
    }

    [Fact]
    public void A_missing_file_is_refused()
        => Assert.Contains("no trace can be read", Refused(), StringComparison.Ordinal);

    public static TheoryData<string> AllStrategies() => [.. Strategies.Names];

    private Trace SaveAndLoad(Trace trace)
    {
        trace.Save(_path);
        return Trace.Load(_path);
    }

    private string Refused() => Assert.Throws<TraceFormatException>(() => Trace.Load(_path)).Message;
}
