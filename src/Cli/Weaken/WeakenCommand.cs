using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli.Weaken;

/// <summary>
/// <c>testbed weaken</c>: tries every synchronization operation of the collector one step weaker or gone, and says which
/// scenario notices.
/// </summary>
internal sealed class WeakenCommand
{
    private const int MaxWorkers = 256;

    private const string Notes =
        """
        A mutant's code runs for seconds: with DOTNET_TieredCompilation=0 it is compiled once, and hunts go several
        times faster.

        Exit codes:
          0    each mutant was killed, or survived for a reason that docs/weaken-reasons.json has
          1    one survived without a reason, or was killed though there is a reason why it survives
          2    wrong usage, or a reason for a mutant that there is not
          130  interrupted, after saying what was found
        """;

    /// <summary>How long all hunts for a mutant take.</summary>
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(30);

    private readonly CommandContext _context;
    private readonly Weakening _weakening;
    private readonly IReadOnlyList<Mutant> _chosen;
    private readonly SurvivorReasons _reasons;
    private readonly ulong _seed;
    private readonly long _iterations;
    private readonly TimeSpan _timeout;
    private readonly int _workers;
    private readonly bool _list;
    private readonly bool _again;
    private readonly string? _file;
    private readonly bool _json;
    private readonly bool _markdown;

    /// <summary>The command as it was typed, for the page that it prints.</summary>
    private readonly string _typed;

    /// <summary>Where progress goes.</summary>
    private readonly TextWriter _text;

    /// <summary>What there is by now, by the mutant's id; those that were not chosen too. Under the gate.</summary>
    private readonly Dictionary<string, MutantResult> _results;
    private readonly Lock _gate = new();

    private WeakenCommand(CommandContext context, ParseResult result, Arguments arguments)
    {
        _context = context;
        _weakening = Weakening.OfCollector;
        _reasons = SurvivorReasons.Embedded();
        _reasons.RequireMutants(_weakening.Mutants);
        _chosen = arguments.Chosen(result, _weakening.Mutants);
        _seed = result.GetValue(arguments.Seed);
        _iterations = result.GetValue(arguments.Iterations);
        _timeout = result.GetValue(arguments.Timeout) ?? s_defaultTimeout;
        _workers = result.GetResult(arguments.Workers) is null
            ? Math.Min(Environment.ProcessorCount, MaxWorkers)
            : result.GetValue(arguments.Workers);
        _list = result.GetValue(arguments.List);
        _again = result.GetValue(arguments.Again);
        _file = result.GetValue(arguments.Resume);
        _json = result.GetValue(arguments.Json);
        _markdown = result.GetValue(arguments.Markdown);
        _typed = CommandName.Typed(result);
        _text = _json || _markdown ? context.Error : context.Output;
        _results = Known();
    }

    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var arguments = new Arguments();
        var command = new Command(
            "weaken", "Tries every synchronization operation one step weaker or gone: each must be noticed.");
        arguments.AddTo(command);
        HelpNotes.Add(command, Notes);
        command.SetAction(result => new WeakenCommand(context, result, arguments).Run());
        return command;
    }

    private int Run()
    {
        if (_list)
        {
            foreach (Mutant mutant in _chosen)
            {
                string line = mutant.Line.ToString(CultureInfo.InvariantCulture);
                _context.Output.WriteLine($"{mutant.Id}  {mutant.Path}:{line}  {mutant.Operation}");
            }

            return ExitCode.Clean;
        }

        Mutant[] left = [.. _chosen.Where(mutant => !_results.ContainsKey(mutant.Id))];
        if (left.Length > 0 && !_context.Cancel.IsCancellationRequested)
        {
            Hunt(left);
        }

        var report = new WeakenReport(
            _seed, _iterations, _timeout.TotalSeconds, [.. _chosen.Select(ResultOf).OfType<MutantResult>()]);
        if (_json)
        {
            _context.Output.WriteLine(report.Write());
        }
        else if (_markdown)
        {
            WeakenTable.WritePage(_context.Output, report, _reasons, _weakening.Mutants.Count, _typed);
        }

        return Conclude(report.Mutants);
    }

    /// <summary>What the file has of operations whose source is still the same.</summary>
    private Dictionary<string, MutantResult> Known()
    {
        if (_file is null)
        {
            return [];
        }

        var sources = _weakening.Mutants.ToDictionary(
            mutant => mutant.Id, mutant => MutantHunt.Fingerprint(_weakening, mutant));
        var chosen = _chosen.Select(mutant => mutant.Id).ToHashSet();
        return WeakenReport.Load(_file)
            .Where(result => sources.GetValueOrDefault(result.Id) == result.Source)
            .Where(result => !(_again && result.IsSurvivor() && chosen.Contains(result.Id)))
            .ToDictionary(result => result.Id);
    }

    private void Hunt(Mutant[] mutants)
    {
        // The scenarios that a hunt through all of them takes, and no canary, which fails without a mutant.
        Scenario[] scenarios =
        [
            .. _context.Scenarios.Where(
                scenario => scenario is { IsCanary: false, IsLitmus: false, Bounds: null }),
        ];
        ReachedScenarios reached = ReachedScenarios.Measure(_weakening, scenarios, _seed);
        var hunt = new MutantHunt(_weakening, reached, _seed, _iterations, _timeout);
        int ended = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _workers };
        try
        {
            Parallel.ForEach(mutants, parallel, (mutant, loop) =>
            {
                if (_context.Cancel.IsCancellationRequested || hunt.Run(mutant, _context.Cancel) is not { } result)
                {
                    loop.Stop();
                    return;
                }

                lock (_gate)
                {
                    ended++;
                    _text.WriteLine($"{ended}/{mutants.Length} {WeakenTable.Tell(result)}");
                    _results.Add(mutant.Id, result);
                    Save();
                }
            });
        }
        catch (AggregateException failure) when (failure.InnerExceptions[0] is InputException)
        {
            throw failure.InnerExceptions[0];
        }
    }

    private void Save()
    {
        if (_file is not null)
        {
            new WeakenReport(
                _seed,
                _iterations,
                _timeout.TotalSeconds,
                [.. _weakening.Mutants.Select(ResultOf).OfType<MutantResult>()]).Save(_file);
        }
    }

    private MutantResult? ResultOf(Mutant mutant)
        => _results.GetValueOrDefault(mutant.Id) is { } result ? result with { Line = mutant.Line } : null;

    private int Conclude(IReadOnlyList<MutantResult> results)
    {
        MutantResult[] survivors = [.. results.Where(result => result.IsSurvivor())];
        foreach (MutantResult result in survivors)
        {
            _text.WriteLine($"{result.Id}: {_reasons.Of(result.Id) ?? "survived, and nobody has said why"}");
        }

        MutantResult[] explained =
            [.. results.Where(result => result.Verdict == MutantVerdict.Killed && _reasons.Of(result.Id) is not null)];
        foreach (MutantResult result in explained)
        {
            _text.WriteLine($"{result.Id}: killed by {result.Scenario}, though it was said why it survives");
        }

        string summary = WeakenTable.Summary(results);
        if (_context.Cancel.IsCancellationRequested)
        {
            _text.WriteLine($"interrupted after {results.Count} of {_chosen.Count}: {summary}");
            return ExitCode.Interrupted;
        }

        _text.WriteLine(summary);
        return explained.Length > 0 || survivors.Any(result => _reasons.Of(result.Id) is null)
            ? ExitCode.MutantUnexplained
            : ExitCode.Clean;
    }

    /// <summary>The arguments, and what they come to.</summary>
    private sealed class Arguments
    {
        private readonly Argument<string[]> _filters = new("FILTER")
        {
            Description = "the mutants whose id has one of these in it; all when none is given",
            Arity = ArgumentArity.ZeroOrMore,
        };

        private readonly Option<string[]> _kinds = new("--kind")
        {
            Description = "only mutants of these kinds, parted by commas: "
                + string.Join(", ", Enum.GetValues<MutationKind>().Select(KebabCase.From)),
            HelpName = "KIND,...",
            CustomParser = OptionValues.List,
            DefaultValueFactory = _ => [],
        };

        public Option<bool> List { get; } = new("--list")
        {
            Description = "print the mutants, and hunt none",
        };

        public Option<long> Iterations { get; } = new("--iterations")
        {
            Description = "hunt a mutant in so many executions of each scenario at most",
            HelpName = "N",
            DefaultValueFactory = _ => 20_000,
            CustomParser = OptionValues.Whole(1L, long.MaxValue),
        };

        public Option<TimeSpan?> Timeout { get; } = new("--timeout")
        {
            Description = "hunt a mutant so long at most, in all scenarios together: seconds, or as in 500ms, 5m, 2h "
                + "[default: 30s]",
            HelpName = "TIME",
            CustomParser = OptionValues.Duration,
        };

        public Option<ulong> Seed { get; } = new("--seed")
        {
            Description = "seed of all random decisions",
            HelpName = "N",
            DefaultValueFactory = _ => new ExplorationOptions().Seed,
            CustomParser = OptionValues.Whole(0UL, ulong.MaxValue),
        };

        public Option<int> Workers { get; } = new("--workers")
        {
            Description =
                "how many mutants to hunt at the same time, each on one worker [default: the number of processors]",
            HelpName = "N",
            CustomParser = OptionValues.Whole(1, MaxWorkers),
        };

        public Option<string?> Resume { get; } = new("--resume")
        {
            Description = "keep results in this file, and take those from it whose source is still the same",
            HelpName = "FILE",
        };

        public Option<bool> Again { get; } = new("--again")
        {
            Description = "with --resume: hunt those again that survived",
        };

        public Option<bool> Json { get; } = new("--json")
        {
            Description = "print one JSON object; all else goes to standard error",
        };

        public Option<bool> Markdown { get; } = new("--markdown")
        {
            Description = "print the page docs/weaken.md; all else goes to standard error",
        };

        public void AddTo(Command command)
        {
            command.Add(_filters);
            foreach (Option option in (Option[])
                [List, _kinds, Iterations, Timeout, Seed, Workers, Resume, Again, Json, Markdown])
            {
                command.Add(option);
            }
        }

        /// <exception cref="InputException">A filter lets nothing through, or there is no such kind.</exception>
        public IReadOnlyList<Mutant> Chosen(ParseResult result, IReadOnlyList<Mutant> mutants)
        {
            string[] names = [.. Enum.GetValues<MutationKind>().Select(KebabCase.From)];
            string[] kinds = result.GetValue(_kinds)!;
            if (kinds.Except(names).FirstOrDefault() is { } unknown)
            {
                throw new InputException($"--kind: there is no kind '{unknown}'{Suggestion.For(unknown, names)}");
            }

            string[] filters = result.GetValue(_filters)!;
            foreach (string filter in filters)
            {
                if (!mutants.Any(mutant => Passes(mutant, filter)))
                {
                    throw new InputException(
                        $"no mutant has '{filter}' in its id ('testbed weaken --list' shows all)");
                }
            }

            return
            [
                .. mutants
                    .Where(mutant => kinds.Length == 0 || kinds.Contains(KebabCase.From(mutant.Kind)))
                    .Where(mutant => filters.Length == 0 || filters.Any(filter => Passes(mutant, filter))),
            ];
        }

        private static bool Passes(Mutant mutant, string filter)
            => mutant.Id.Contains(filter, StringComparison.OrdinalIgnoreCase);
    }
}
