using System.Globalization;
using Spectre.Console;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>The table of a hunt, a row a scenario.</summary>
internal sealed class HuntTable
{
    private const int ResultColumn = 5;

    private readonly Dictionary<string, int> _rows = [];

    /// <summary>Creates the table.</summary>
    /// <param name="names">The scenarios' names, in order.</param>
    public HuntTable(IEnumerable<string> names)
    {
        Widget = new Table().Border(TableBorder.Simple);

        // Narrow, so that a row of a long hunt fits into 80 columns.
        Widget.AddColumn(new TableColumn("scenario").NoWrap().Padding(0, 0));
        foreach (string head in (string[])["executions", "exec/s", "distinct", "steps"])
        {
            Widget.AddColumn(new TableColumn(head).RightAligned().NoWrap().Padding(1, 0));
        }

        Widget.AddColumn(new TableColumn("result").NoWrap().Padding(1, 0));
        foreach (string name in names)
        {
            _rows.Add(name, _rows.Count);
            Widget.AddRow(new Text(name), Text.Empty, Text.Empty, Text.Empty, Text.Empty, Text.Empty);
        }
    }

    /// <summary>What to show.</summary>
    public Table Widget { get; }

    /// <summary>A number as tables show it: with commas between the thousands.</summary>
    /// <param name="value">The number.</param>
    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How many a second, or zero when no time has passed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="elapsed">In which time.</param>
    public static double Rate(long count, TimeSpan elapsed)
        => elapsed > TimeSpan.Zero ? count / elapsed.TotalSeconds : 0;

    /// <summary>Marks a scenario as running.</summary>
    /// <param name="name">Its name.</param>
    public void Start(string name) => Set(_rows[name], ResultColumn, "hunting", Style.Plain);

    /// <summary>Fills in how far a scenario has come.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="progress">How far.</param>
    public void Progress(string name, ExplorationProgress progress)
    {
        int row = _rows[name];
        Set(row, 1, Number(progress.Executions), Style.Plain);
        Set(row, 2, Number(Rate(progress.Executions, progress.Elapsed)), Style.Plain);
        Set(row, 3, Number(progress.Distinct), Style.Plain);
        Set(row, 4, Number(progress.Steps), Style.Plain);
        if (progress.Shrinking is { } shrinking)
        {
            Set(row, ResultColumn, $"shrinking: {shrinking.FoundSteps} -> {shrinking.Steps} steps", Style.Plain);
        }
        else if (progress.Estimate is { } estimate)
        {
            Set(row, ResultColumn, $"{progress.Executions / estimate.Total:P0} of about {Number(estimate.Total)}", Style.Plain);
        }
    }

    /// <summary>Fills in a scenario's result.</summary>
    /// <param name="result">The result.</param>
    public void Finish(HuntResult result)
    {
        ExplorationResult found = result.Exploration;
        Progress(result.Target.Name, new ExplorationProgress(
            found.Executions, found.Distinct, found.Steps, found.Elapsed, found.Failures.Count));
        bool isBad = result.IsSilencedCanary || (result.Failed && !result.Target.MustFail);
        Color color = isBad ? Color.Red : result.Interrupted ? Color.Yellow : Color.Green;
        Set(_rows[result.Target.Name], ResultColumn, result.Verdict, new Style(color));
    }

    private void Set(int row, int column, string text, Style style)
        => Widget.UpdateCell(row, column, new Text(text, style));
}
