using System.CommandLine;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary><c>testbed report</c>: explains a recorded failure.</summary>
internal static class ReportCommand
{
    private const string Html = "html";
    private const string Text = "text";
    private const string Perfetto = "perfetto";

    private const string Notes =
        """
        The formats:
          html      one page that needs no network: lanes, values, arrows, locks and heap at each step
          text      the same for a terminal, as 'testbed replay' prints it
          perfetto  Trace Event JSON, for ui.perfetto.dev or chrome://tracing

        Exit codes:
          0    the report was written
          2    wrong usage, an unreadable trace, or one that no longer fails as it did: there is nothing to explain
          3    internal error
        """;

    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("TRACE") { Description = "the file that a hunt wrote" };
        var format = new Option<string>("--format")
        {
            Description = "the form of the report",
            DefaultValueFactory = _ => Html,
        };
        format.AcceptOnlyFromAmong(Html, Text, Perfetto);
        var output = new Option<string?>("--out")
        {
            Description = "where to write it; text goes to the terminal otherwise, all else next to the trace",
            HelpName = "FILE",
        };
        var all = new Option<bool>("--all") { Description = "text: show all rows, not only those that matter" };
        var command = new Command("report", "Explains a recorded failure: who did what, and why that failed.")
        {
            file,
            format,
            output,
            all,
        };
        HelpNotes.Add(command, Notes);
        command.SetAction(result => Run(
            context,
            RecordedRun.Load(context, result.GetValue(file)!),
            result.GetValue(format)!,
            result.GetValue(output),
            result.GetValue(all)));
        return command;
    }

    private static int Run(CommandContext context, RecordedRun run, string format, string? path, bool all)
    {
        ReplayResult result = run.Replay(new ReplayOptions { WithPictures = format == Html });
        string outcome = RecordedRun.Describe(result);
        if (result.Outcome != ReplayOutcome.Reproduced)
        {
            context.Error.WriteLine($"testbed: {outcome}");
            return ExitCode.WrongInput;
        }

        var facts = new ReportFacts(
            run.Trace, $"{context.CommandName} replay {FailureText.Quoted(run.Path)}", outcome);
        if (format == Text && path is null)
        {
            context.Output.Write(ScheduleText.Render(result.Execution, all));
            return ExitCode.Clean;
        }

        string place = path ?? Path.ChangeExtension(run.Path, format == Html ? ".html" : ".perfetto.json");
        Save(place, stream => Write(stream, format, result.Execution, facts, run.Workbench.Sources(), all));
        context.Output.WriteLine($"written: {place}");
        return ExitCode.Clean;
    }

    private static void Write(
        Stream stream,
        string format,
        RecordedExecution execution,
        ReportFacts facts,
        SourceLines sources,
        bool all)
    {
        if (format == Perfetto)
        {
            TraceEvents.Write(stream, execution, facts);
            return;
        }

        using var writer = new StreamWriter(stream);
        if (format == Html)
        {
            HtmlReport.Write(writer, execution, facts, sources);
        }
        else
        {
            writer.Write(ScheduleText.Render(execution, all));
        }
    }

    private static void Save(string path, Action<Stream> write)
    {
        try
        {
            using FileStream stream = File.Create(path);
            write(stream);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"--out: the report cannot be written to '{path}': {failure.Message}", failure);
        }
    }
}
