using System.Threading;
using Testbed.Models;

namespace Testbed.Cli;

/// <summary>What a command may know of the world that called it; tests make one of their own.</summary>
internal sealed record CommandContext
{
    /// <summary>Where results go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where messages go, and all but the object when <c>--json</c> is given.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether a person watches <see cref="Output"/>, so that a live table makes sense.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person watches <see cref="Error"/>.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>How the user calls this program, for the commands that messages show.</summary>
    public string CommandName { get; init; } = "testbed";

    /// <summary>Ctrl+C.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>How long <c>--break</c> waits for a debugger.</summary>
    public TimeSpan DebuggerWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The scenarios that there are.</summary>
    public IReadOnlyList<Scenario> Scenarios { get; init; } = Catalogue.All;
}
