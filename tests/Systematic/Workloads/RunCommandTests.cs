using System.Text.Json;
using System.Threading;
using Testbed.Cli;
using Xunit;

namespace Testbed.Systematic.Workloads;

/// <summary><c>testbed run</c> as a user meets it: exit codes, messages, the shape of the JSON.</summary>
public class RunCommandTests
{
    private const string Small = "--goroutines 2 --size 20 --iterations 2 --processors 2";

    [Theory]
    [InlineData("run gcbnch", "did you mean 'gcbench'?")]
    [InlineData("run gcbench --dept 3", "did you mean '--depth'?")]
    [InlineData("run gcbench --depth 99", "--depth 99: must be from 1 to 28")]
    [InlineData("run gcbench --depth two", "--depth two: must be a whole number")]
    [InlineData("run gcbench --depth two", "Try 'testbed run gcbench --help'.")]
    [InlineData("run splay --processors 0", "--processors 0: must be from 1 to 256")]
    [InlineData("run splay --workers 1000", "--workers 1000: must be from 1 to 256")]
    [InlineData("run splay --root-strategy paralel", "did you mean 'parallel'?")]
    [InlineData("run splay --set page-byte=512", "did you mean 'page-bytes'?")]
    [InlineData("run splay --set page-bytes", "must be NAME=NUMBER")]
    [InlineData("run splay --heap 3q", "--heap 3q: must be a number of bytes")]
    [InlineData("run splay --heap 99999t", "--heap 99999t: must be a number of bytes")]
    [InlineData("run binary-trees --heap 64k", "needs a larger heap than --heap allows")]
    [InlineData("run garbage --input no/such/file", "there is no file or folder 'no/such/file'")]
    [InlineData("run splay --input x", "'--input' is no command, argument or option here")]
    [InlineData("run soak --minutes 0", "--minutes 0: must be more than 0")]
    public void Wrong_usage_is_told_on_one_line_with_exit_code_2(string arguments, string message)
    {
        (int code, string output, string error) = Run(arguments);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_with_options_checks_and_statistics()
    {
        (int code, string output, _) = Run($"run splay {Small} --verify --json --set page-bytes=512 --seed 3");

        Assert.Equal(0, code);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.Equal("splay", root.GetProperty("workload").GetString());
        Assert.True(root.GetProperty("completed").GetBoolean());
        Assert.Equal(512, root.GetProperty("options").GetProperty("set").GetProperty("page-bytes").GetInt32());
        Assert.Equal(3, root.GetProperty("options").GetProperty("seed").GetInt32());
        JsonElement keys = root.GetProperty("checks")[0];
        Assert.Equal("keys", keys.GetProperty("name").GetString());
        Assert.Equal(40, keys.GetProperty("value").GetInt64());
        Assert.True(root.GetProperty("statistics").GetProperty("heap").GetProperty("mallocs").GetInt64() > 0);
        Assert.True(root.GetProperty("seconds").GetDouble() > 0);
    }

    [Fact]
    public void A_trace_has_a_line_a_collection()
    {
        (int code, _, string error) = Run($"run splay {Small} --gctrace --set first-trigger-bytes=65536");

        Assert.Equal(0, code);
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        for (int i = 0; i < lines.Length; i++)
        {
            Assert.Matches($@"^gc{i + 1}\(\d\): [\d.]+\+[\d.]+\+[\d.]+ ms, \d+ -> \d+ KB, \d+ -> \d+ \(\d+-\d+\) objects, \d+ roots\r?$", lines[i]);
        }
    }

    [Fact]
    public void The_pauses_are_shown_as_far_as_they_are_remembered()
    {
        (int code, string output, _) = Run(
            $"run splay {Small} --pauses --set first-trigger-bytes=65536 --set pause-history-length=3");

        Assert.Equal(0, code);
        Assert.Matches(@"the last 3 pauses in ms, newest first:\r?\n( +\d+\.\d\d){3}\r?\n", output);
    }

    [Fact]
    public void A_heap_dump_holds_what_the_collection_left()
    {
        string file = Path.GetTempFileName();
        try
        {
            (int code, _, string trace) = Run(
                $"run splay {Small} --gctrace --set first-trigger-bytes=65536 --heap-dump {file} --heap-dump-after 2");
            Assert.Equal(0, code);
            string left = System.Text.RegularExpressions.Regex.Match(trace, @"gc2.* -> (\d+) \(").Groups[1].Value;

            (code, string output, _) = Run($"heap {file} --json --top 3");
            Assert.Equal(0, code);
            using JsonDocument document = JsonDocument.Parse(output);
            JsonElement summary = document.RootElement;
            Assert.Equal(left, summary.GetProperty("objects").ToString());
            Assert.Equal(3, summary.GetProperty("retainers").GetArrayLength());
            Assert.Equal(
                summary.GetProperty("bytes").GetInt64(),
                summary.GetProperty("types").EnumerateArray().Sum(type => type.GetProperty("bytes").GetInt64()));

            (code, output, _) = Run($"heap {file}");
            Assert.Equal(0, code);
            Assert.Contains("keeps alive", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--heap-dump no/such/folder/file", "'no/such/folder/file' cannot be written")]
    [InlineData("--heap-dump {0} --heap-dump-after 0", "--heap-dump-after 0: must be at least 1")]
    [InlineData("--heap-dump {0} --heap-dump-after 1000000", "there were fewer than 1000000 collections")]
    public void A_heap_dump_that_is_not_written_is_told_with_exit_code_2(string arguments, string message)
    {
        string file = Path.GetTempFileName();
        (int code, _, string error) = Run($"run splay {Small} {arguments.Replace("{0}", file, StringComparison.Ordinal)}");
        File.Delete(file);

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_costs_the_heap_dump_and_not_the_run()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /dev/full");
        (int code, string output, string error) = Run(
            $"run splay {Small} --set first-trigger-bytes=65536 --heap-dump /dev/full");

        Assert.Equal(2, code);
        Assert.Contains("splay: in ", output, StringComparison.Ordinal);
        Assert.Contains("--heap-dump: '/dev/full' cannot be written", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_your_own_is_parsed()
    {
        string folder = Directory.CreateTempSubdirectory("testbed").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.txt"), "a (b);");
            File.WriteAllText(Path.Combine(folder, "b.bin"), "\0");

            (int code, string output, _) = Run($"run garbage --goroutines 1 --iterations 3 --input {folder}");

            // File, statement, a, parentheses, b, semicolon; three times. The other file is no text.
            Assert.Equal(0, code);
            Assert.Contains("nodes parsed: 18", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Control_C_ends_with_the_statistics_and_exit_code_130()
    {
        (int code, string output, _) = Run("run gcbench --depth 20", TimeSpan.FromMilliseconds(200));

        Assert.Equal(130, code);
        Assert.Contains("gcbench: interrupted after", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_examples_and_exit_codes()
    {
        (int code, string output, _) = Run("run gcbench --help");

        Assert.Equal(0, code);
        Assert.Contains("testbed run gcbench --gctrace", output, StringComparison.Ordinal);
        Assert.Contains("Exit codes:", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(string arguments, TimeSpan? cancelAfter = null)
    {
        using var cancel = new CancellationTokenSource();
        if (cancelAfter is { } delay)
        {
            cancel.CancelAfter(delay);
        }

        var output = new StringWriter();
        var error = new StringWriter();
        int code = CommandLine.Run(
            arguments.Split(' '),
            new CommandContext { Output = output, Error = error, Cancel = cancel.Token });
        return (code, output.ToString(), error.ToString());
    }
}
