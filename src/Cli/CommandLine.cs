using System.CommandLine;
using System.CommandLine.Parsing;
using Testbed.Bugs;
using Testbed.Cli.Bugs;
using Testbed.Cli.Heaps;
using Testbed.Cli.Weaken;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>The command line as a whole: its commands, and how what goes wrong becomes an exit code.</summary>
internal static class CommandLine
{
    private const string Examples =
        """
        Examples:
          testbed test                          hunt through all scenarios for a minute
          testbed test allg-growth --timeout 5m hunt in one
          testbed test --bug NAME               show that the hunt finds a known bug
          testbed prove                         explore all there is of the small scenarios
          testbed prove --shard 2/8 --checkpoint shard-2.json
                                                explore one machine's part, and go on if it was stopped
          testbed merge shard-*.json            join all machines' parts
          testbed bugs                          hunt every known bug
          testbed weaken                        try every synchronization operation one step weaker
          testbed replay traces/FILE.json       show a failure again, step by step
          testbed report traces/FILE.json       explain it on a page
        """;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="context">The world around it.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, CommandContext context)
    {
        try
        {
            return Invoke(Create(context).Parse(arguments), context);
        }
        catch (Exception failure) when (failure is InputException or PatchException or TraceFormatException)
        {
            context.Error.WriteLine($"testbed: {failure.Message}");
            return ExitCode.WrongInput;
        }
#pragma warning disable CA1031 // Whatever else comes up to here is an internal error, and has an exit code of its own.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            context.Error.WriteLine($"testbed: internal error: {failure}");
            return ExitCode.InternalError;
        }
    }

    private static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("Hunts races in a parallel garbage collector by choosing every interleaving itself.")
        {
            ListCommand.Create(context),
            RunCommand.Create(context),
            HeapCommand.Create(context),
            TestCommand.CreateTest(context),
            TestCommand.CreateProve(context),
            MergeCommand.Create(context),
            BugsCommand.Create(context),
            WeakenCommand.Create(context),
            ReplayCommand.Create(context),
            ReportCommand.Create(context),
        };
        HelpNotes.Add(root, Examples + "\n\n" + ExitCode.Help);
        return root;
    }

    private static int Invoke(ParseResult result, CommandContext context)
    {
        string[] complaints = result.Action is HelpNotes ? [] : Complaints(result);
        if (complaints.Length == 0)
        {
            return result.Invoke(new InvocationConfiguration
            {
                Output = context.Output,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }

        foreach (string message in complaints)
        {
            context.Error.WriteLine($"testbed: {message}");
        }

        context.Error.WriteLine($"Try '{PathOf(result.CommandResult)} --help'.");
        return ExitCode.WrongInput;
    }

    /// <summary>What a user types to come to a command.</summary>
    private static string PathOf(CommandResult result)
        => result.Command is RootCommand ? "testbed" : $"{PathOf((CommandResult)result.Parent!)} {result.Command.Name}";

    private static string[] Complaints(ParseResult result)
    {
        // A misspelled word makes the parser complain of what it then misses, too: the word is what to tell. One that
        // starts with a hyphen may have gone to an argument, though no scenario and no trace is called so.
        Command command = result.CommandResult.Command;
        IEnumerable<string> strays = result.UnmatchedTokens.Concat(
            result.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Select(token => token.Value)
                .Where(word => word.StartsWith('-')));
        string[] names =
        [
            .. command.Options.Select(option => option.Name),
            .. command.Subcommands.Select(child => child.Name),
        ];
        string[] misspelled =
        [
            .. strays.Select(
                word => $"'{word}' is no command, argument or option here{Suggestion.For(word, names)}"),
        ];
        return misspelled.Length > 0 ? misspelled : [.. result.Errors.Select(error => error.Message).Distinct()];
    }
}
