using System.Threading;

namespace Testbed.Cli;

/// <summary>The <c>testbed</c> command.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var cancel = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            // The first one asks the command to say what it found; a second ends the process where it stands.
            press.Cancel = !cancel.IsCancellationRequested;
            cancel.Cancel();
        };
        return CommandLine.Run(arguments, new CommandContext
        {
            Output = Console.Out,
            Error = Console.Error,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            CommandName = CommandName.Find(),
            Cancel = cancel.Token,
        });
    }
}
