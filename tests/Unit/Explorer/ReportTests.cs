using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Testbed.Explorer;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>What reports tell of a failure: the page, trace events, the state at a step, and sentences.</summary>
public sealed unsafe class ReportTests
{
    private const string Hostile = "</script><script>alert(1)</script>&\"'";
    private static readonly string[] s_browsers =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly TimeSpan s_browserLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        string page = PageOf(Recorded(Programs.LostUpdate));
        foreach (string outside in (string[])["http:", "https:", "src=", "<link", "@import", "fetch("])
        {
            Assert.DoesNotContain(outside, page, StringComparison.Ordinal);
        }

        Assert.Contains("addEventListener('keydown'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_a_row_for_each_event_and_a_number_for_each_step()
    {
        RecordedExecution execution = Recorded(Programs.LostUpdate).Recorded;
        string page = PageOf(Recorded(Programs.LostUpdate));
        for (int index = 0; index < execution.Events.Count; index++)
        {
            Assert.Contains($"<tr id=\"e{index}\"", page, StringComparison.Ordinal);
        }

        for (int step = 1; step <= execution.Steps; step++)
        {
            Assert.Contains($"<th scope=\"row\">{step}</th>", page, StringComparison.Ordinal);
        }

        Assert.Contains(">from 8</a>", page, StringComparison.Ordinal);
        Assert.Contains("testbed replay FILE", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_no_markup()
    {
        string page = PageOf(Programs.Fails(FailureKind.Oracle, () =>
        {
            int* block = S.Allocate<int>(1, Hostile);
            S.VolatileWrite(block, 1);
            OracleException.Require(false, Hostile);
        }));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("</script>").Length - 1);
    }

    [Fact]
    public void A_browser_shows_the_state_at_the_failing_step()
    {
        string? browser = s_browsers.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "there is no Chromium on this machine");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("testbed-page");
        try
        {
            string file = Path.Combine(folder.FullName, "page.html");
            File.WriteAllText(file, PageOf(Recorded(Programs.LostUpdate)));
            string shown = Browse(browser!, file, folder.FullName);
            Assert.Contains("State after step 11", shown, StringComparison.Ordinal);
            Assert.Contains("aria-current=\"step\"", shown, StringComparison.Ordinal);
            Assert.Contains("class=\"edge order", shown, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Trace_events_have_their_fields_ordered_times_and_paired_arrows()
    {
        Failure failure = Recorded(Programs.LostUpdate);
        using var stream = new MemoryStream();
        TraceEvents.Write(stream, failure.Recorded, FactsOf(failure));
        using var json = JsonDocument.Parse(stream.ToArray());
        var open = new HashSet<int>();
        double last = 0;
        int slices = 0;
        foreach (JsonElement entry in json.RootElement.GetProperty("traceEvents").EnumerateArray())
        {
            string phase = entry.GetProperty("ph").GetString()!;
            Assert.NotEmpty(entry.GetProperty("name").GetString()!);
            Assert.Equal(1, entry.GetProperty("pid").GetInt32());
            Assert.InRange(entry.GetProperty("tid").GetInt32(), 1, failure.Recorded.Threads.Count);
            double time = entry.GetProperty("ts").GetDouble();
            Assert.True(time >= last, $"{time} comes after {last}");
            last = time;
            switch (phase)
            {
                case "X":
                    slices++;
                    Assert.True(entry.GetProperty("dur").GetDouble() > 0);
                    Assert.True(entry.GetProperty("args").TryGetProperty("step", out _));
                    break;
                case "s":
                    Assert.True(open.Add(entry.GetProperty("id").GetInt32()));
                    break;
                case "f":
                    Assert.True(open.Remove(entry.GetProperty("id").GetInt32()), "an arrow ends that never began");
                    break;
                default:
                    Assert.Equal("M", phase);
                    break;
            }
        }

        Assert.Equal(failure.Recorded.Events.Count, slices);
        Assert.Empty(open);
    }

    [Fact]
    public void The_state_at_a_step_names_holders_and_waiters()
    {
        RecordedExecution execution = Programs.Deadlocks(CrossedLocks).Recorded;
        string state = StateText.Render(execution, execution.Steps);
        Assert.Contains("left: a since step ", state, StringComparison.Ordinal);
        Assert.Contains("; waiting: b", state, StringComparison.Ordinal);
        Assert.Contains("right: b since step ", state, StringComparison.Ordinal);
        Assert.DoesNotContain("left: a", StateText.Render(execution, 0), StringComparison.Ordinal);
        Assert.Contains("a: has not been started", StateText.Render(execution, 0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_locks_is_told()
    {
        string text = ScheduleText.Render(Programs.Deadlocks(CrossedLocks).Recorded);
        Assert.Contains("They wait in a circle: 'a' waits for 'b' waits for 'a'.", text, StringComparison.Ordinal);
        Assert.Contains("| waits: enter right", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_life_of_a_freed_block_is_told()
    {
        string text = ScheduleText.Render(Programs.Fails(FailureKind.UseAfterFree, () =>
        {
            int** place = (int**)S.Allocate<nint>(1, "place");
            int* block = S.Allocate<int>(1, "block");
            S.VolatileWrite(place, block);
            int* taken = S.VolatileRead(place);
            S.Free(block);
            S.VolatileWrite(taken, 1);
        }).Recorded);
        Assert.Contains("'main' allocated block at step 0", text, StringComparison.Ordinal);
        Assert.Contains("'main' took its address from place at step 2", text, StringComparison.Ordinal);
        Assert.Contains("'main' freed it at step 2", text, StringComparison.Ordinal);
        Assert.Contains("by the address from before the free", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unseen_write_is_told_and_a_seen_one_is_not()
    {
        string unseen = ScheduleText.Render(Recorded(Programs.LostUpdate).Recorded);
        Assert.Contains("without having seen it", unseen, StringComparison.Ordinal);
        RecordedExecution atomic = Programs.Fails(FailureKind.Oracle, () =>
        {
            Programs.NoLostUpdate();
            OracleException.Require(false, "all the same");
        }).Recorded;
        Assert.DoesNotContain("without having seen it", ScheduleText.Render(atomic), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_synchronization_orders()
    {
        RecordedExecution execution = Programs.Fails(FailureKind.Oracle, () =>
        {
            int* word = S.Allocate<int>(2, "word");
            Programs.Both(() => S.RacyWrite(word, 1), () => S.RacyWrite(word + 1, 1));
            _ = S.RacyRead(word);
            OracleException.Require(false, "over");
        }).Recorded;
        var causality = new Causality(execution);
        int first = Index(execution, "racy-write", "word[0]");
        int second = Index(execution, "racy-write", "word[1]");
        int read = Index(execution, "racy-read", "word[0]");
        Assert.False(causality.HappensBefore(first, second));
        Assert.False(causality.HappensBefore(second, first));
        Assert.True(causality.HappensBefore(first, read));
        Assert.Equal(first, causality.SourceOf(read));
    }

    [Fact]
    public void A_picture_is_drawn_after_each_step_and_changes_nothing()
    {
        Failure failure = Programs.Fails(FailureKind.Oracle, Pictured);
        Assert.Empty(failure.Recorded.Pictures);
        ReplayResult plain = Replay.Run(failure.Trace, Pictured);
        ReplayResult pictured = Replay.Run(failure.Trace, Pictured, new ReplayOptions { WithPictures = true });
        Assert.Equal(ReplayOutcome.Reproduced, pictured.Outcome);
        Assert.Equal(plain.Execution.Events, pictured.Execution.Events);
        string[] labels =
        [
            .. pictured.Execution.Pictures
                .Select(picture => picture.Picture.Groups[0].Boxes[0].Label)
                .Distinct(),
        ];
        Assert.Equal(["0", "1", "2"], labels);
        Assert.Contains("the word", PageOf(failure with { Recorded = pictured.Execution }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_stops_once_before_the_step()
    {
        Failure failure = Recorded(Programs.LostUpdate);
        var stops = new List<string>();
        var options = new ReplayOptions
        {
            Stop = failure.Trace.FailureStep,
            Stopped = () => stops.Add(ControlledThread.t_current!.Name),
        };
        Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(failure.Trace, Programs.LostUpdate, options).Outcome);
        Assert.Equal(["main"], stops);
    }

    private static Failure Recorded(Action body)
        => Programs.Explore(body, new ExplorationOptions { MaxExecutions = 1000, Strategy = "random" }).Failures[0];

    private static void CrossedLocks()
    {
        Mutex left = S.CreateMutex("left");
        Mutex right = S.CreateMutex("right");
        Programs.Both(() => Take(left, right), () => Take(right, left));

        static void Take(Mutex first, Mutex second)
        {
            S.Enter(first);
            S.Enter(second);
            S.Exit(second);
            S.Exit(first);
        }
    }

    private static void Pictured()
    {
        int* word = S.Allocate<int>(1, "word");
        S.OfferPicture(() =>
        {
            string label = S.RacyRead(word).ToString(CultureInfo.InvariantCulture);
            var box = new PictureBox("word", label, "the word", BoxStates.Allocated);
            return new StatePicture([new PictureGroup("words", [box])], []);
        });
        S.VolatileWrite(word, 1);
        S.VolatileWrite(word, 2);
        OracleException.Require(false, "over");
    }

    private static int Index(RecordedExecution execution, string operation, string location)
        => execution.Events.ToList().FindLastIndex(
            happened => happened.Operation == operation && happened.Location == location);

    private static ReportFacts FactsOf(Failure failure) => new(failure.Trace, "testbed replay FILE", "reproduced");

    private static string PageOf(Failure failure)
    {
        using var page = new StringWriter();
        HtmlReport.Write(page, failure.Recorded, FactsOf(failure), SourceLines.OnDisk);
        return page.ToString();
    }

    /// <summary>The page as it stands after its script has run.</summary>
    private static string Browse(string browser, string file, string folder)
    {
        var start = new ProcessStartInfo(browser)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                $"--user-data-dir={Path.Combine(folder, "profile")}",
                "--dump-dom",
                new Uri(file).AbsoluteUri,
            },
        };
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        System.Threading.Tasks.Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!output.Wait(s_browserLimit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"the browser took more than {s_browserLimit.TotalSeconds} s");
        }

        process.WaitForExit();
        return output.Result;
    }
}
