using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary><c>testbed merge</c>: joins what the shards of a hunt or a proof came to, and says whether it is complete.</summary>
internal static class MergeCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "the checkpoints of all shards",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("merge", "Joins the results of shards: what was covered, found, and is missing.")
        {
            files,
            json,
        };
        command.SetAction(result => Run(context, result.GetValue(files)!, result.GetValue(json)));
        return command;
    }

    private static int Run(CommandContext context, string[] files, bool json)
    {
        MergedSearch[] merged =
        [
            .. files
                .SelectMany(file => CheckpointFile.Read(file).Records.Select(record => (file, record)))
                .GroupBy(entry => entry.record.Scenario, StringComparer.Ordinal)
                .Select(group => MergedSearch.Of([.. group])),
        ];
        if (merged.Length == 0)
        {
            throw new InputException("there is no scenario in these checkpoints");
        }

        if (json)
        {
            context.Output.WriteLine(JsonText.Write(new { Scenarios = merged }));
        }
        else
        {
            Write(context, merged);
        }

        return merged.Any(search => search.Failures.Count > 0) ? ExitCode.BugFound
            : merged.All(search => search.IsWhole) ? ExitCode.Clean
            : ExitCode.NotProved;
    }

    private static void Write(CommandContext context, MergedSearch[] merged)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("scenario").NoWrap().Padding(0, 0));
        foreach (string head in (string[])["shards", "executions", "blocked", "distinct", "steps"])
        {
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap().Padding(1, 0));
        }

        foreach (MergedSearch search in merged)
        {
            table.AddRow(
                new Text(search.Scenario),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{search.Shards.Count} of {search.ShardCount}")),
                new Text(HuntTable.Number(search.Executions)),
                new Text(HuntTable.Number(search.Blocked)),
                new Text(HuntTable.Number(search.Distinct)),
                new Text(HuntTable.Number(search.Steps)));
        }

        Screen.For(context.Output, context.OutputIsTerminal).Write(table);
        foreach (MergedSearch search in merged)
        {
            context.Output.WriteLine($"{search.Scenario}: {search.Verdict}");
            foreach (RecordedFailure failure in search.Failures)
            {
                context.Output.WriteLine($"  {FailureText.Recorded(failure)}");
            }
        }
    }
}
