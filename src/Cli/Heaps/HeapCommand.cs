using System.CommandLine;
using Spectre.Console;

namespace Testbed.Cli.Heaps;

/// <summary><c>testbed heap</c>: what is in a heap dump, and what keeps it alive.</summary>
internal static class HeapCommand
{
    private const int DefaultTop = 10;
    private const int TopMax = 1_000_000;

    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "what 'testbed run WORKLOAD --heap-dump FILE' wrote" };
        Option<int?> top = Workloads.WorldArguments.Number("--top", $"how many objects to list; default: {DefaultTop}");
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("heap", "Sums up a heap dump: bytes a type, and the objects that keep most alive.")
        {
            file,
            top,
            json,
        };
        command.SetAction(result =>
        {
            int count = result.GetValue(top) ?? DefaultTop;
            if (count is < 0 or > TopMax)
            {
                throw new InputException($"--top {count}: must be from 0 to {TopMax}");
            }

            HeapDump dump = HeapDump.Read(result.GetValue(file)!);
            var summary = new HeapSummary(dump, count);
            if (result.GetValue(json))
            {
                context.Output.WriteLine(JsonText.Write(summary));
            }
            else
            {
                Write(Screen.For(context.Output, context.OutputIsTerminal), summary);
            }

            return ExitCode.Clean;
        });
        return command;
    }

    private static void Write(IAnsiConsole screen, HeapSummary summary)
    {
        screen.WriteLine(
            $"after collection {HuntTable.Number(summary.Collection)}: {HuntTable.Number(summary.Objects)} objects, "
            + $"{HuntTable.Number(summary.Bytes)} bytes, {HuntTable.Number(summary.Goroutines)} goroutines, "
            + $"{HuntTable.Number(summary.Roots)} roots, {HuntTable.Number(summary.Finalizers)} finalizers");
        Table types = TableOf("type", "objects", "bytes", "unreachable");
        foreach (TypeSummary type in summary.Types)
        {
            types.AddRow(
                new Text(type.Name), Numeric(type.Objects), Numeric(type.Bytes), Numeric(type.UnreachableBytes));
        }

        screen.Write(types);
        Table retainers = TableOf("object", "bytes", "keeps alive");
        foreach (RetainerSummary retainer in summary.Retainers)
        {
            retainers.AddRow(
                new Text($"0x{retainer.Address:x} {retainer.Type}"), Numeric(retainer.Bytes), Numeric(retainer.RetainedBytes));
        }

        screen.Write(retainers);
    }

    private static Table TableOf(string first, params ReadOnlySpan<string> others)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn(first).NoWrap().Padding(0, 0));
        foreach (string head in others)
        {
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap().Padding(1, 0));
        }

        return table;
    }

    private static Text Numeric(long value) => new(HuntTable.Number(value));
}
