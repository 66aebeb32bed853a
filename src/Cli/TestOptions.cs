using System.CommandLine;
using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli;

/// <summary>
/// The arguments of <c>testbed test</c> and <c>testbed prove</c>: how they are declared, and what they come to.
/// </summary>
/// <param name="proves">Whether they are those of <c>testbed prove</c>, which samples nothing.</param>
internal sealed class TestOptions(bool proves)
{
    private const int MaxWorkers = 256;

    /// <summary>How long a hunt takes when nothing else bounds it.</summary>
    private static readonly TimeSpan s_defaultBudget = TimeSpan.FromSeconds(60);

    private readonly Argument<string[]> _scenarios = new("SCENARIO")
    {
        Description = proves
            ? "the scenarios to prove, 'x' short for 'x-small'; all that are small enough when none is named"
            : "the scenarios to hunt through; all when none is named",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = $"how interleavings are chosen: {string.Join(", ", Strategies.Names)}; {Strategies.Exhaustive} "
            + "runs every one that differs from all others, and then ends",
        HelpName = "NAME",
        DefaultValueFactory = _ => new ExplorationOptions().Strategy,
    };

    private readonly Option<long?> _iterations = new("--iterations")
    {
        Description = "end each scenario after so many executions",
        HelpName = "N",
        CustomParser = argument => OptionValues.Whole(1, long.MaxValue)(argument),
    };

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = proves
            ? "end after this time, shared by the scenarios: seconds, or as in 500ms, 5m, 2h [default: none]"
            : "end the hunt after this time, shared by its scenarios: seconds, or as in 500ms, 5m, 2h "
                + "[default: 60s; none with --iterations or the exhaustive strategy]",
        HelpName = "TIME",
        CustomParser = OptionValues.Duration,
    };

    private readonly Option<ulong> _seed = new("--seed")
    {
        Description = "seed of all random decisions: the same seed explores the same executions; the exhaustive strategy "
            + "makes none",
        HelpName = "N",
        DefaultValueFactory = _ => new ExplorationOptions().Seed,
        CustomParser = OptionValues.Whole(0UL, ulong.MaxValue),
    };

    private readonly Option<int> _workers = new("--workers")
    {
        Description = "how many executions to explore at the same time [default: the number of processors]",
        HelpName = "N",
        CustomParser = OptionValues.Whole(1, MaxWorkers),
    };

    private readonly Option<int?> _preemptions = new("--preemptions")
    {
        Description = "only interleavings with at most so many preemptions"
            + (proves ? "" : "; with the exhaustive or the preemption-bounded strategy"),
        HelpName = "N",
        CustomParser = argument => OptionValues.Whole(0, int.MaxValue)(argument),
    };

    private readonly Option<string[]> _interesting = new("--interesting")
    {
        Description = "the blocks, fields, locks and notes whose order of use matters most, by patterns of their names "
            + "as reports show them, such as 'work.*,bitmap.marks[*'; for surw [default: the scenario's; if it has none, one "
            + "that is drawn for each execution]",
        HelpName = "PATTERNS",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = OptionValues.List,
    };

    private readonly Option<int> _maxSteps = new("--max-steps")
    {
        Description = "take an execution for endless after so many steps",
        HelpName = "N",
        DefaultValueFactory = _ => new ExplorationOptions().MaxSteps,
        CustomParser = OptionValues.Whole(1, int.MaxValue),
    };

    private readonly Option<Shard> _shard = new("--shard")
    {
        Description = "do only part I of N, of which other machines do the others; with --checkpoint, whose files "
            + "'testbed merge' joins",
        HelpName = "I/N",
        DefaultValueFactory = _ => Shard.Whole,
        CustomParser = OptionValues.Shard,
    };

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "keep in this file how far it has come, and if the file is there go on from it",
        HelpName = "FILE",
    };

    private readonly Option<bool> _noShrink = new("--no-shrink")
    {
        Description = "report a failure as it was found, not made as small as it gets",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "write the traces of failures to this folder [default: traces]",
        HelpName = "DIR",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "print one JSON object; all else goes to standard error",
    };

    private readonly Option<string?> _bug = new("--bug")
    {
        Description = "hunt in a build with this known bug, by default in the scenario that finds it",
        HelpName = "NAME",
    };

    private readonly Option<string?> _patch = new("--patch")
    {
        Description = "hunt in a build with this unified diff against src/Collector applied",
        HelpName = "FILE",
    };

    private readonly Option<string?> _bugsDirectory = CommonOptions.BugsDirectory();

    /// <summary>Adds the arguments to the command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_scenarios);
        Option[] sampling = proves ? [] : [_strategy, _iterations, _seed, _interesting];
        foreach (Option option in (Option[])
            [
                .. sampling,
                _timeout,
                _workers,
                _preemptions,
                _maxSteps,
                _shard,
                _checkpoint,
                _noShrink,
                _out,
                _json,
                _bug,
                _patch,
                _bugsDirectory,
            ])
        {
            command.Add(option);
        }
    }

    /// <summary>What the user asked for.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="scenarios">The scenarios that there are.</param>
    /// <exception cref="InputException">A name is unknown, or a file cannot be read.</exception>
    /// <exception cref="PatchException">The patch is malformed, does not apply or does not compile.</exception>
    public TestPlan Plan(ParseResult result, IReadOnlyList<Scenario> scenarios)
    {
        string strategy = proves ? Strategies.Exhaustive : result.GetValue(_strategy)!;
        if (!Strategies.Names.Contains(strategy))
        {
            throw new InputException(
                $"--strategy: there is no '{strategy}'{Suggestion.For(strategy, Strategies.Names)}"
                + $" (there are {string.Join(", ", Strategies.Names)})");
        }

        int? preemptions = result.GetValue(_preemptions);
        if (preemptions is not null && !Strategies.IsBounded(strategy))
        {
            throw new InputException($"--preemptions goes with --strategy {Strategies.Exhaustive} or {Strategies.Bounded}");
        }

        Shard shard = result.GetValue(_shard);
        string? checkpoint = result.GetValue(_checkpoint);
        if (!shard.IsWhole && checkpoint is null)
        {
            throw new InputException("--shard goes with --checkpoint, the file that 'testbed merge' takes");
        }

        if (strategy == Strategies.Feedback && checkpoint is not null)
        {
            throw new InputException(
                $"--strategy {strategy} has no --checkpoint and no --shard: each execution learns from all before it");
        }

        Bug? bug = FindBug(result);
        Workbench workbench = Build(result.GetValue(_patch), bug, scenarios);
        string[] named = [.. result.GetValue(_scenarios)!.Select(name => proves ? SmallScenarios.Of(name, scenarios) : name).Distinct()];
        IEnumerable<string> names = (named.Length, bug) switch
        {
            (0, { } known) => [proves ? SmallScenarios.Of(known, scenarios) : known.Scenario],
            (0, null) when proves => scenarios.Where(entry => entry.Bounds is not null).Select(entry => entry.Name),

            // A patched build is hunted for its own sake; the canaries, which come first, watch over the engine.
            // Small scenarios are there to be proved, textbook programs to be compared with.
            (0, null) => scenarios
                .Where(entry => entry.Bounds is null && !entry.IsLitmus)
                .OrderByDescending(entry => entry.IsCanary)
                .Select(entry => entry.Name),
            _ => named,
        };
        var traces = new TraceFolder(result.GetValue(_out) ?? "traces", bug?.Name);
        if (result.GetValue(_out) is not null)
        {
            traces.RequireWritable();
        }

        long? iterations = proves ? null : result.GetValue(_iterations);
        var plan = new TestPlan(
            [.. names.Select(workbench.Target)],
            new ExplorationOptions
            {
                Strategy = strategy,
                Preemptions = preemptions,
                Interesting = proves ? [] : result.GetValue(_interesting) ?? [],
                Seed = proves ? new ExplorationOptions().Seed : result.GetValue(_seed),
                MaxExecutions = iterations ?? long.MaxValue,
                Workers = result.GetResult(_workers) is null
                    ? Math.Min(Environment.ProcessorCount, MaxWorkers)
                    : result.GetValue(_workers),
                MaxSteps = result.GetValue(_maxSteps),
                Shard = shard,
                Shrink = !result.GetValue(_noShrink),
                Fingerprint = workbench.Fingerprint,
                Parameters = workbench.Parameters,
            },
            result.GetValue(_timeout) ?? (iterations is null && strategy != Strategies.Exhaustive ? s_defaultBudget : null),
            traces,
            result.GetValue(_json),
            bug,
            IsProof: proves,
            IsWholeCatalogue: named.Length == 0 && bug is null,
            checkpoint is null ? null : CheckpointFile.Open(checkpoint));
        plan.RequireMatchingCheckpoint();
        return plan;
    }

    private static Workbench Build(string? patch, Bug? bug, IReadOnlyList<Scenario> scenarios)
    {
        if (patch is null)
        {
            return bug is null ? Workbench.Production(scenarios) : Workbench.WithBug(scenarios, bug);
        }

        if (bug is not null)
        {
            throw new InputException("--bug and --patch exclude each other");
        }

        try
        {
            return Workbench.WithPatch(scenarios, File.ReadAllText(patch));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"--patch: '{patch}' cannot be read: {failure.Message}", failure);
        }
    }

    private Bug? FindBug(ParseResult result)
    {
        if (result.GetValue(_bug) is not { } name)
        {
            return null;
        }

        return CommonOptions.Find(CommonOptions.Bugs(result.GetValue(_bugsDirectory)), name);
    }
}
