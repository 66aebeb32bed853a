using System.Threading;
using Testbed.Cli;
using Testbed.Models;

namespace Testbed.Unit.Cli;

/// <summary>The command run in process, with what it answered.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static CommandRun Of(params string[] arguments) => Of(Catalogue.All, arguments);

    public static CommandRun Of(IReadOnlyList<Scenario> scenarios, params string[] arguments)
        => Cancellable(scenarios, arguments, CancellationToken.None);

    public static CommandRun Cancellable(
        IReadOnlyList<Scenario> scenarios, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = CommandLine.Run(
            arguments,
            new CommandContext
            {
                Output = output,
                Error = error,
                Scenarios = scenarios,
                Cancel = cancel,
                DebuggerWait = TimeSpan.Zero,
            });
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
