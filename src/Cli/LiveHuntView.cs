using System.Diagnostics;
using System.Threading;
using Spectre.Console;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>Shows a hunt as a table that changes in place, for a person at a terminal.</summary>
internal sealed class LiveHuntView : IHuntView
{
    private static readonly TimeSpan s_refreshInterval = TimeSpan.FromMilliseconds(100);

    private readonly IAnsiConsole _console;
    private readonly HuntTable _table;
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>, as is the table; null outside of <see cref="Watch"/>.</summary>
    private LiveDisplayContext? _display;
    private long _refreshed;

    /// <summary>Creates the view.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="targets">The scenarios that will have a turn.</param>
    public LiveHuntView(IAnsiConsole console, IEnumerable<HuntTarget> targets)
    {
        _console = console;
        _table = new HuntTable(targets.Select(target => target.Name));
    }

    /// <inheritdoc/>
    public void Watch(Action hunt)
        => _console.Live(_table.Widget).Overflow(VerticalOverflow.Crop).Start(display =>
        {
            _display = display;
            hunt();
        });

    /// <inheritdoc/>
    public void Started(HuntTarget target) => Update(() => _table.Start(target.Name), isUrgent: true);

    /// <inheritdoc/>
    public void Progressed(HuntTarget target, ExplorationProgress progress)
        => Update(() => _table.Progress(target.Name, progress), isUrgent: false);

    /// <inheritdoc/>
    public void Finished(HuntResult result) => Update(() => _table.Finish(result), isUrgent: true);

    private void Update(Action change, bool isUrgent)
    {
        lock (_gate)
        {
            change();
            if (isUrgent || Stopwatch.GetElapsedTime(_refreshed) >= s_refreshInterval)
            {
                _refreshed = Stopwatch.GetTimestamp();
                _display?.Refresh();
            }
        }
    }
}
