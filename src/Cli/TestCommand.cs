using System.CommandLine;
using Spectre.Console;
using Testbed.Bugs;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary><c>testbed test</c>, which hunts for bugs, and <c>testbed prove</c>, which hunts until there is nothing left.</summary>
internal sealed class TestCommand
{
    private readonly CommandContext _context;
    private readonly TestPlan _plan;

    /// <summary>Where all goes that is not the JSON object.</summary>
    private readonly TextWriter _text;

    /// <summary>Bugs of the code that is hunted, in the order in which they were found.</summary>
    private readonly List<(HuntTarget Target, Failure Failure)> _bugs = [];
    private readonly Dictionary<Failure, WrittenTrace> _traces = new(ReferenceEqualityComparer.Instance);

    private TestCommand(CommandContext context, TestPlan plan)
    {
        _context = context;
        _plan = plan;
        _text = plan.Json ? context.Error : context.Output;
    }

    /// <summary>Creates <c>testbed test</c>.</summary>
    /// <param name="context">The world around it.</param>
    public static Command CreateTest(CommandContext context)
        => Create(
            new Command("test", "Hunts for bugs: runs scenarios under one interleaving after another."),
            new TestOptions(proves: false),
            context);

    /// <summary>Creates <c>testbed prove</c>.</summary>
    /// <param name="context">The world around it.</param>
    public static Command CreateProve(CommandContext context)
        => Create(
            new Command("prove", "Proves small scenarios: runs every interleaving that differs from all others."),
            new TestOptions(proves: true),
            context);

    private static Command Create(Command command, TestOptions options, CommandContext context)
    {
        options.AddTo(command);
        command.SetAction(result => new TestCommand(context, options.Plan(result, context.Scenarios)).Run());
        return command;
    }

    private int Run()
    {
        IHuntView view = CreateView();
        IReadOnlyList<HuntResult> results = [];
        view.Watch(() => results = new Hunt(_plan.Targets, _plan.OptionsFor, _plan.Budget)
            .Run(view, KeepFailures, _context.Cancel));
        foreach ((HuntTarget target, Failure failure) in _bugs)
        {
            FailureText.Write(_text, target, failure, _traces[failure], _context.CommandName);
        }

        foreach (HuntResult result in results.Where(entry => entry.FailedBefore))
        {
            WriteEarlierFailures(result.Exploration);
        }

        if (_plan.Bug is { } bug && !results.Any(result => result.FailedBefore))
        {
            WriteKnownBug(bug);
        }

        if (_plan.Json)
        {
            _context.Output.WriteLine(JsonText.Write(HuntReport.Describe(results, _traces)));
        }

        return Conclude(results);
    }

    private IHuntView CreateView()
    {
        bool isTerminal = _plan.Json ? _context.ErrorIsTerminal : _context.OutputIsTerminal;
        IAnsiConsole console = Screen.For(_text, isTerminal);
        return isTerminal ? new LiveHuntView(console, _plan.Targets) : new PlainHuntView(console, _plan.Targets);
    }

    /// <summary>Traces are written at once, so that a hunt that is killed later leaves them.</summary>
    private void KeepFailures(HuntResult result)
    {
        if (result.Target.MustFail && _plan.IsWholeCatalogue)
        {
            return;
        }

        foreach (Failure failure in result.Exploration.Failures)
        {
            _bugs.Add((result.Target, failure));
            _traces.Add(failure, _plan.Traces.Write(failure));
        }

        if (!result.Target.MustFail)
        {
            _plan.Checkpoint?.Keep(WithTraces(result.Exploration));
        }
    }

    /// <summary>The record of an exploration, which says where the traces of its failures are.</summary>
    private SearchRecord WithTraces(ExplorationResult found)
    {
        IReadOnlyList<RecordedFailure> recorded = found.Record.Failures;
        int earlier = recorded.Count - found.Failures.Count;
        return found.Record with
        {
            Failures =
            [
                .. recorded.Take(earlier),
                .. recorded.Skip(earlier).Select((failure, i) => failure with { Trace = _traces[found.Failures[i]].Path }),
            ],
        };
    }

    private void WriteEarlierFailures(ExplorationResult found)
    {
        foreach (RecordedFailure failure in found.Record.Failures.SkipLast(found.Failures.Count))
        {
            _text.WriteLine($"{found.Scenario}: found before: {FailureText.Recorded(failure)}");
        }
    }

    private void WriteKnownBug(Bug bug)
    {
        _text.WriteLine();
        if (_bugs.Count == 0)
        {
            _text.WriteLine($"the known bug '{bug.Name}' was not found: {bug.Summary}");
            return;
        }

        _text.WriteLine($"the known bug '{bug.Name}': {bug.Summary}");
        _text.WriteLine(bug.Story);
        string kind = KebabCase.From(_bugs[0].Failure.Kind);
        if (!bug.Expected.Contains(kind))
        {
            _text.WriteLine($"it was to show as {string.Join(" or ", bug.Expected)}, not as {kind}");
        }
    }

    private int Conclude(IReadOnlyList<HuntResult> results)
    {
        long executions = results.Sum(result => result.Exploration.Executions);
        if (_plan.IsProof)
        {
            ProofTable.Write(Screen.For(_text, isTerminal: false), results, _context.Scenarios);
        }

        int bugs = _bugs.Count
            + results.Sum(result => result.Exploration.Record.Failures.Count - result.Exploration.Failures.Count);
        string found = bugs == 0 ? "no bug" : FailureText.Count(bugs, "bug");
        string summary = $"{found} in {HuntTable.Number(executions)} executions of "
            + FailureText.Count(results.Count, "scenario");
        _text.WriteLine();
        if (_context.Cancel.IsCancellationRequested)
        {
            _text.WriteLine($"interrupted: {summary}; {_plan.Targets.Count - results.Count} had no turn");
            if (_plan.Checkpoint is { Problem: null } kept)
            {
                _text.WriteLine($"'{kept.Path}' says how far it has come: the same command goes on from there");
            }

            return ExitCode.Interrupted;
        }

        if (_plan.IsProof)
        {
            return ConcludeProof(results, found, bugs);
        }

        foreach (HuntResult result in results.Where(entry => entry.Exploration.Strategy == Strategies.Exhaustive))
        {
            _text.WriteLine(ProofText.Of(result.Exploration));
        }

        foreach (ExplorationResult explored in results.Select(entry => entry.Exploration))
        {
            if (explored is { Guarantee: { } guarantee, Failures.Count: 0 })
            {
                _text.WriteLine($"{explored.Scenario}: {guarantee}");
            }
        }

        _text.WriteLine($"{summary}, seed {_plan.Options.Seed}");
        if (results.FirstOrDefault(result => result.IsSilencedCanary) is { } silenced)
        {
            _context.Error.WriteLine(
                $"testbed: internal error: the canary '{silenced.Target.Name}' has a known bug that was not found: "
                + "the engine no longer interleaves, so no result of this hunt counts");
            return ExitCode.InternalError;
        }

        return bugs > 0 ? ExitCode.BugFound : WithCheckpoint(ExitCode.Clean);
    }

    /// <summary>What the exit code is if all went well but that the checkpoint could not be written.</summary>
    private int WithCheckpoint(int code)
    {
        if (_plan.Checkpoint is not { Problem: { } problem })
        {
            return code;
        }

        _context.Error.WriteLine($"testbed: {problem}");
        return ExitCode.WrongInput;
    }

    private int ConcludeProof(IReadOnlyList<HuntResult> results, string found, int bugs)
    {
        int proved = results.Count(result => result.Exploration.IsCompleteWithinBound);
        _text.WriteLine($"{proved} of {FailureText.Count(results.Count, "scenario")} proved, {found}");
        return bugs > 0 ? ExitCode.BugFound : WithCheckpoint(proved == results.Count ? ExitCode.Clean : ExitCode.NotProved);
    }
}
