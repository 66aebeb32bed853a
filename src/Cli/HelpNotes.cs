using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Testbed.Cli;

/// <summary>Help with a note below it: the examples and exit codes that the parser knows nothing of.</summary>
internal sealed class HelpNotes(HelpAction help, string note) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Puts a note below the help of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="note">The note.</param>
    public static void Add(Command command, string note)
    {
        HelpOption? option = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (option is null)
        {
            command.Add(option = new HelpOption());
        }

        option.Action = new HelpNotes((HelpAction)option.Action!, note);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(note);
        return code;
    }
}
