using System.Diagnostics;
using System.Threading;
using Spectre.Console;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>Shows a hunt as a line now and then, for logs, and ends with the table.</summary>
internal sealed class PlainHuntView : IHuntView
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly IAnsiConsole _console;
    private readonly HuntTable _table;
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>, as is the console.</summary>
    private long _shown;

    /// <summary>Creates the view.</summary>
    /// <param name="console">Where to write.</param>
    /// <param name="targets">The scenarios that will have a turn.</param>
    public PlainHuntView(IAnsiConsole console, IEnumerable<HuntTarget> targets)
    {
        _console = console;
        _table = new HuntTable(targets.Select(target => target.Name));
    }

    /// <inheritdoc/>
    public void Watch(Action hunt)
    {
        hunt();
        _console.WriteLine();
        _console.Write(_table.Widget);
    }

    /// <inheritdoc/>
    public void Started(HuntTarget target)
    {
        lock (_gate)
        {
            _shown = Stopwatch.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public void Progressed(HuntTarget target, ExplorationProgress progress)
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_shown) >= s_interval)
            {
                _shown = Stopwatch.GetTimestamp();
                string state = progress.Shrinking?.ToString() ?? progress.Estimate?.ToString() ?? "hunting";
                Show(target.Name, progress.Executions, progress.Elapsed, state);
            }
        }
    }

    /// <inheritdoc/>
    public void Finished(HuntResult result)
    {
        lock (_gate)
        {
            _table.Finish(result);
            Show(result.Target.Name, result.Exploration.Executions, result.Exploration.Elapsed, result.Verdict);
        }
    }

    private void Show(string name, long executions, TimeSpan elapsed, string state)
        => _console.WriteLine(
            $"{name}: {HuntTable.Number(executions)} executions, "
            + $"{HuntTable.Number(HuntTable.Rate(executions, elapsed))}/s: {state}");
}
