using System.Globalization;
using Testbed.Bugs;

namespace Testbed.Cli.Bugs;

/// <summary>The page of <c>testbed bugs --markdown</c>: what is a bug of the original runtime, then what is a seeded defect.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="strategies">The strategies; several are set side by side.</param>
internal sealed class BugPage(TextWriter output, IReadOnlyList<string> strategies)
{
    private const string Upstream = "golang/go";

    /// <summary>Writes the head of the page.</summary>
    /// <param name="command">The command that prints the page.</param>
    /// <param name="seeds">How many hunts each bug had by each strategy.</param>
    /// <param name="timeout">How long a hunt took at most.</param>
    /// <param name="conclusion">What the hunts came to.</param>
    public void WriteHead(string command, int seeds, TimeSpan timeout, string conclusion)
    {
        string each = $"{FailureText.Count(seeds, "seed")}, on one worker, for "
            + $"{timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s a hunt at most";
        output.WriteLine("# Known bugs");
        output.WriteLine();
        output.WriteLine($"    {command}");
        output.WriteLine();
        output.WriteLine("printed this page. Each bug was put back into the sources of the collector and hunted, with");
        output.WriteLine($"{each}: {conclusion}.");
        output.WriteLine();
        if (strategies.Count > 1)
        {
            output.WriteLine("For each strategy, the executions to the first failure: the median of the seeds.");
            return;
        }

        output.WriteLine("| column | what it says |");
        output.WriteLine("|---|---|");
        output.WriteLine("| found | whether the hunt in the middle of the seeds found it |");
        output.WriteLine("| as | the kinds of failure that were seen |");
        output.WriteLine("| executions, seconds | to the first failure: the median of the seeds |");
        output.WriteLine(
            "| steps, preemptions | what shrinking leaves of the first failing schedule; if it has more preemptions than the bug "
            + "needs, the next seed's is shrunk, too, and so on: then of the one with the fewest |");
        output.WriteLine("| needs | the preemptions that the interleaving needs, counted by hand: `bugs/NAME/bug.json` has both |");
        output.WriteLine("| sampler | what drew the failing execution, among those that the strategy takes in turn |");
    }

    /// <summary>Writes the tables of what was hunted.</summary>
    /// <param name="results">For each bug its results, one a strategy.</param>
    public void WriteHunted(IReadOnlyList<IReadOnlyList<BugResult>> results)
    {
        Write("Bugs of the original runtime", results.Where(row => IsUpstream(row[0].Bug)));
        Write("Seeded defects", results.Where(row => !IsUpstream(row[0].Bug)));
    }

    /// <summary>Writes the table of what cannot arise.</summary>
    /// <param name="bugs">Those bugs.</param>
    public void WriteAbsent(IReadOnlyList<AbsentBug> bugs)
        => Write(
            "Bugs of the original runtime that cannot arise",
            ["bug", "origin", "what went wrong", "why it cannot arise"],
            bugs.Select(bug => (string[])[bug.Name, bug.Origin, bug.Summary, bug.CannotArise]));

    private static bool IsUpstream(Bug bug) => bug.Origin.Contains(Upstream, StringComparison.Ordinal);

    private void Write(string title, IEnumerable<IReadOnlyList<BugResult>> results)
        => Write(
            title,
            ["bug", "scenario", "origin", "what the change does", .. BugTable.Heads(strategies).Skip(1)],
            results.Select(row => (string[])
                [row[0].Bug.Name, row[0].Scenario, row[0].Bug.Origin, row[0].Bug.Summary, .. BugTable.Row(row).Skip(1)]));

    private void Write(string title, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"## {title}");
        output.WriteLine();
        output.WriteLine($"| {string.Join(" | ", heads)} |");
        output.WriteLine($"|{string.Concat(heads.Select(_ => "---|"))}");
        foreach (IReadOnlyList<string> row in all)
        {
            output.WriteLine($"| `{row[0]}` | {string.Join(" | ", row.Skip(1))} |");
        }
    }
}
