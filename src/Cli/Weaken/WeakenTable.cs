using System.Globalization;
using Testbed.Bugs;

namespace Testbed.Cli.Weaken;

/// <summary>The tables of <c>testbed weaken</c>, as text and as the page <c>docs/weaken.md</c>.</summary>
internal static class WeakenTable
{
    private const string Introduction =
        """
        # Weakening

        `testbed weaken` takes every synchronization operation of the collector in turn, makes it one step weaker or
        drops it, and hunts the mutant that this makes. A mutant that a scenario finds is killed. One that survives is
        either not needed, and its reason says why, or it is a hole in the catalogue of scenarios.

        The operations are found on the syntax tree of `src/Collector`; no list is kept by hand. Each scenario is first
        run for a moment with a counter at each operation. A mutant is then hunted in the scenarios that come to its
        operation, the one that does so most often first, with the default strategy, one worker and no shrinking: a
        short turn each, then a long one. The explorer's memory is sequentially consistent,
        so a volatile access that became plain is found by the data races that it makes, and a full fence that became a
        release by the update itself, which is moved to where a store buffer may keep it.

        The reasons of those that survive are in `docs/weaken-reasons.json`. What printed this page, with
        `DOTNET_TieredCompilation=0` (a mutant runs too briefly for the tiers of the JIT):
        """;

    private static readonly Dictionary<MutationKind, string> s_kinds = new()
    {
        [MutationKind.DropLock] = "a critical section without its lock",
        [MutationKind.SplitCompareExchange] = "a compare-and-swap as read, comparison and write",
        [MutationKind.SplitUpdate] = "an atomic add, or, and, or exchange as read and write",
        [MutationKind.DelayUpdate] = "an atomic update moved behind the look that follows it: a full fence as a release",
        [MutationKind.PlainWrite] = "a release write as a plain one",
        [MutationKind.PlainRead] = "an acquire read as a plain one",
        [MutationKind.SwapStores] = "a store moved behind the volatile one that follows it",
        [MutationKind.DropWake] = "a note not woken",
        [MutationKind.DropSleep] = "a note not slept on",
        [MutationKind.DropClear] = "a note not cleared",
        [MutationKind.DropSpin] = "a wait loop that does not give way",
        [MutationKind.DropJoin] = "a thread not joined",
    };

    /// <summary>One line on a mutant.</summary>
    /// <param name="result">What became of it.</param>
    public static string Tell(MutantResult result) => $"{result.Id} ({Place(result)}): {Outcome(result)}";

    /// <summary>The share that was killed, of those that compile.</summary>
    /// <param name="results">The results.</param>
    public static string Summary(IReadOnlyList<MutantResult> results)
    {
        int killed = results.Count(result => result.Verdict == MutantVerdict.Killed);
        int survived = results.Count(result => result.IsSurvivor());
        int senseless = results.Count - killed - survived;
        double share = killed + survived == 0 ? 1 : killed / (double)(killed + survived);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{killed} of {FailureText.Count(killed + survived, "mutant")} killed ({100 * share:0.0}%), {survived} survived")
            + (senseless == 0 ? "" : $", {senseless} more did not compile");
    }

    /// <summary>Writes the page.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="report">The results.</param>
    /// <param name="reasons">Why some survive.</param>
    /// <param name="mutants">How many mutants there are; the results may be those of some.</param>
    /// <param name="command">The command that prints the page.</param>
    public static void WritePage(
        TextWriter writer, WeakenReport report, SurvivorReasons reasons, int mutants, string command)
    {
        writer.WriteLine(Introduction);
        writer.WriteLine();
        writer.WriteLine($"    {command}");
        writer.WriteLine();
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"**{Summary(report.Mutants)}, of {mutants} that there are.** Seed {report.Seed}; at most {HuntTable.Number(report.Iterations)} executions of "
            + $"each scenario and {report.TimeoutSeconds:0.###} s a mutant."));
        writer.WriteLine();
        WriteRows(
            writer,
            ["kind", "what is tried", "mutants", "killed", "survived"],
            s_kinds.Select(kind => KindRow(kind.Key, kind.Value, report.Mutants)));
        writer.WriteLine();
        writer.WriteLine("## What survives");
        writer.WriteLine();
        WriteRows(
            writer,
            ["mutant", "operation", "hunted in", "why it survives"],
            report.Mutants.Where(result => result.IsSurvivor()).Select(result => (IReadOnlyList<string>)
            [
                $"`{result.Id}`",
                Code(result.Operation),
                result.Hunted.Count == 0 ? "no scenario comes here" : string.Join(", ", result.Hunted),
                reasons.Of(result.Id) ?? "**not explained**",
            ]));
        writer.WriteLine();
        writer.WriteLine("## All mutants");
        writer.WriteLine();
        WriteRows(
            writer,
            ["mutant", "line", "operation", "killed by", "as", "executions", "seconds"],
            report.Mutants.Select(Row));
    }

    private static IReadOnlyList<string> KindRow(
        MutationKind kind, string words, IReadOnlyList<MutantResult> results)
    {
        MutantResult[] own = [.. results.Where(result => result.Kind == kind)];
        return
        [
            $"`{KebabCase.From(kind)}`",
            words,
            HuntTable.Number(own.Length),
            HuntTable.Number(own.Count(result => result.Verdict == MutantVerdict.Killed)),
            HuntTable.Number(own.Count(result => result.IsSurvivor())),
        ];
    }

    private static IReadOnlyList<string> Row(MutantResult result)
        =>
        [
            $"`{result.Id}`",
            result.Line.ToString(CultureInfo.InvariantCulture),
            Code(result.Operation),
            result.Verdict switch
            {
                MutantVerdict.Killed => $"`{result.Scenario}`",
                MutantVerdict.NotCompilable => "does not compile",
                _ => "survived",
            },
            result.Failure ?? "-",
            HuntTable.Number(result.Executions),
            Seconds(result),
        ];

    private static string Outcome(MutantResult result)
        => result.Verdict switch
        {
            MutantVerdict.Killed =>
                $"killed by {result.Scenario}: {result.Failure} after {Effort(result)}",
            MutantVerdict.Survived => $"survived {Effort(result)} of {string.Join(", ", result.Hunted)}",
            MutantVerdict.Unreached => "survived: no scenario comes here",
            _ => "does not compile",
        };

    private static string Effort(MutantResult result)
        => $"{HuntTable.Number(result.Executions)} executions in {Seconds(result)} s";

    private static string Place(MutantResult result)
        => $"{Path.GetFileName(result.Path)}:{result.Line.ToString(CultureInfo.InvariantCulture)}";

    private static string Seconds(MutantResult result)
        => result.Seconds.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Code(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";

    private static void WriteRows(
        TextWriter writer, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        writer.WriteLine($"| {string.Join(" | ", heads)} |");
        writer.WriteLine($"|{string.Concat(heads.Select(_ => "---|"))}");
        foreach (IReadOnlyList<string> row in rows)
        {
            writer.WriteLine($"| {string.Join(" | ", row)} |");
        }
    }
}
