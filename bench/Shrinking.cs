using System.CommandLine;
using System.Globalization;
using Testbed.Bugs;
using Testbed.Explorer;

namespace Testbed.Bench;

/// <summary>What shrinking makes of the first failure that a hunt finds for each seeded defect.</summary>
internal static class Shrinking
{
    private const int Executions = 100_000;

    /// <summary>Creates the command <c>shrinking</c>.</summary>
    internal static Command Create()
    {
        var names = new Argument<string[]>("DEFECT")
        {
            Description = "the seeded defects; all when none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("shrinking", "What shrinking makes of each seeded defect's failure.") { names };
        command.SetAction(result => Run(result.GetValue(names)!));
        return command;
    }

    /// <summary>Measures and prints a table in Markdown.</summary>
    private static void Run(string[] names)
    {
        Console.WriteLine("| defect | kind | steps | preemptions | choices | turns | candidates | s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (Bug bug in BugCatalogue.Embedded().All.Where(bug => names.Length == 0 || names.Contains(bug.Name)))
        {
            Action body = PatchedBuild.Compile(bug.Diff).Body<ExplorerSync>(bug.Scenario);
            var options = new ExplorationOptions { MaxExecutions = Executions };
            Failure failure = new Exploration(bug.Scenario, body, options).Run().Failures[0];
            Console.WriteLine(Row(bug, failure));
        }
    }

    private static string Row(Bug bug, Failure failure)
    {
        ShrinkReport shrinking = failure.Shrinking
            ?? throw new InvalidOperationException($"the failure of '{bug.Name}' was not shrunk: {failure.Message}");
        string end = shrinking.End == ShrinkEnd.Minimal ? "" : $" ({shrinking.End})";
        int turns = failure.Recorded.Events
            .Where(entry => entry.IsStep)
            .Select(entry => entry.Thread)
            .Aggregate((Count: 0, Last: -1), (turn, thread) => (turn.Count + (thread == turn.Last ? 0 : 1), thread))
            .Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{bug.Name}` | {failure.Kind} | {shrinking.FoundSteps} -> {failure.Steps} "
            + $"| {shrinking.FoundPreemptions} -> {failure.Preemptions} "
            + $"| {shrinking.FoundChoices} -> {shrinking.Choices} | {turns} "
            + $"| {shrinking.Executions}{end} | {shrinking.Elapsed.TotalSeconds:F1} |");
    }
}
