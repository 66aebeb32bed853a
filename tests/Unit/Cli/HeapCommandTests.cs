using System.Text.Json;
using Testbed.Cli;
using Testbed.Models.Dumps;
using Xunit;

namespace Testbed.Unit.Cli;

/// <summary><c>testbed heap</c>: what it says of a dump, and of what is none.</summary>
public sealed class HeapCommandTests : IDisposable
{
    private const int ObjectBytes = 16;

    private static readonly HeapLine s_heap = new(HeapLine.CurrentVersion, 3, 4096, 8192, 512);
    private static readonly SpanLine s_span = new(0, 4096, ObjectBytes, 32, 20, "single");

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Each_type_is_summed_up()
    {
        Write(
            s_heap,
            s_span,
            new GoroutineLine(1, "waiting", "garbage collection", [2]),
            new RootLine("data", "data[0]", 0, true, 1),
            new FinalizerLine(3, Queued: false),
            new ObjectLine(1, 0, "node", [2]),
            new ObjectLine(2, 0, "leaf", []),
            new ObjectLine(3, 0, "node", []),
            new EndLine(3));
        JsonElement summary = Summarize();
        Assert.Equal(
            "node 2 32 16, leaf 1 16 0",
            string.Join(", ", summary.GetProperty("types").EnumerateArray().Select(type =>
                string.Join(' ', type.EnumerateObject().Select(member => member.Value)))));
        Assert.Equal(
            "3 3 48 1 1 1",
            string.Join(' ', ((string[])["collection", "objects", "bytes", "goroutines", "roots", "finalizers"])
                .Select(name => summary.GetProperty(name))));
    }

    /// <summary>By hand: without the object, what can still be reached?</summary>
    [Fact]
    public void An_object_retains_what_could_not_be_reached_without_it()
    {
        var random = new Random(1);
        for (int i = 0; i < 100; i++)
        {
            int count = random.Next(1, 9);
            long[][] to = [.. Enumerable.Range(0, count).Select(_ => Draw(random, count, most: 3))];
            long[] roots = Draw(random, count, most: 2);
            Write(
            [
                s_heap,
                s_span,
                .. roots.Select(root => new RootLine("bss", "bss[0]", 0, true, root)),
                .. to.Select((targets, address) => new ObjectLine(address, 0, "node", targets)),
                new EndLine(count),
            ]);
            int all = Reach(to, roots, without: -1);
            string expected = string.Join(
                ' ',
                Enumerable.Range(0, count)
                    .Select(address => (Address: address, Bytes: (all - Reach(to, roots, address)) * ObjectBytes))
                    .Where(retainer => retainer.Bytes > 0)
                    .OrderByDescending(retainer => retainer.Bytes)
                    .ThenBy(retainer => retainer.Address)
                    .Select(retainer => $"{retainer.Address}:{retainer.Bytes}"));
            Assert.Equal(
                expected,
                string.Join(' ', Summarize().GetProperty("retainers").EnumerateArray().Select(retainer =>
                    $"{retainer.GetProperty("address")}:{retainer.GetProperty("retainedBytes")}")));
        }
    }

    [Fact]
    public void A_chain_deeper_than_any_stack_is_summed_up()
    {
        const int Count = 200_000;
        Write(
        [
            s_heap,
            s_span,
            new RootLine("bss", "bss[0]", 0, true, 0),
            .. Enumerable.Range(0, Count).Select(i => new ObjectLine(i, 0, "link", i + 1 < Count ? [i + 1] : [])),
            new EndLine(Count),
        ]);
        JsonElement first = Summarize().GetProperty("retainers")[0];
        Assert.Equal(Count * (long)ObjectBytes, first.GetProperty("retainedBytes").GetInt64());
    }

    [Theory]
    [InlineData("", "line 1: the end is missing")]
    [InlineData("null", "line 1: it is null")]
    [InlineData("PNG", "line 1: 'P' is an invalid start of a value")]
    [InlineData("{}", "line 1: it does not start with its kind")]
    [InlineData("{\"kind\":\"what\"}", "line 1:")]
    [InlineData("{\"kind\":\"end\",\"objects\":0}", "line 1: a dump starts with its heap")]
    [InlineData(
        "{\"kind\":\"heap\",\"version\":9,\"collection\":1,\"start\":0,\"used\":0,\"pageBytes\":512}",
        "line 1: a dump starts with its heap, of version 1")]
    [InlineData("{\"kind\":\"heap\",\"version\":1}", "line 1:")]
    public void What_is_no_dump_is_told_with_exit_code_2(string text, string message)
    {
        File.WriteAllText(_file, text);
        RequireRefused(message);
    }

    [Fact]
    public void A_damaged_dump_is_told_with_exit_code_2()
    {
        Write(s_heap, s_span);
        RequireRefused("line 3: the end is missing");
        Write(s_heap, new EndLine(1));
        RequireRefused("line 2: it makes no sense here");
        Write(s_heap, new ObjectLine(1, 7, "node", []), new EndLine(1));
        RequireRefused("line 2: it makes no sense here");
        Write(s_heap, s_span, new ObjectLine(1, 0, "node", [2]), new EndLine(1));
        RequireRefused("there is no object at 2");
        Write(s_heap, new EndLine(0), new EndLine(0));
        RequireRefused("line 3: it comes after the end");
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_with_exit_code_2()
    {
        CommandRun run = CommandRun.Of("heap", "no/such/file");
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains("'no/such/file' cannot be read", run.Error, StringComparison.Ordinal);
        run = CommandRun.Of("heap", _file, "--top", "-1");
        Assert.Contains("--top -1: must be from 0 to 1000000", run.Error, StringComparison.Ordinal);
    }

    private static long[] Draw(Random random, int count, int most)
        => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => (long)random.Next(count))];

    private static int Reach(long[][] to, long[] roots, int without)
    {
        var reached = new HashSet<long>();
        var left = new Stack<long>(roots);
        while (left.TryPop(out long address))
        {
            if (address != without && reached.Add(address))
            {
                Array.ForEach(to[address], left.Push);
            }
        }

        return reached.Count;
    }

    private void Write(params IEnumerable<HeapDumpLine> lines)
    {
        using FileStream file = File.Create(_file);
        foreach (HeapDumpLine line in lines)
        {
            HeapDumpText.Write(file, line);
        }
    }

    private JsonElement Summarize()
    {
        CommandRun run = CommandRun.Of("heap", _file, "--json");
        Assert.Equal((ExitCode.Clean, ""), (run.ExitCode, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    private void RequireRefused(string message)
    {
        CommandRun run = CommandRun.Of("heap", _file);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
