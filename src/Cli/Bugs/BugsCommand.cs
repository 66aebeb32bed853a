using System.CommandLine;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Spectre.Console;
using Testbed.Bugs;
using Testbed.Explorer;

namespace Testbed.Cli.Bugs;

/// <summary><c>testbed bugs</c>: hunts every known bug, and says which are found, how fast, and as what.</summary>
internal sealed class BugsCommand
{
    private const int MaxWorkers = 256;
    private const int MaxSeeds = 1000;

    /// <summary>A bug that takes longer, in the middle of the seeds, counts as missed.</summary>
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(10);

    private readonly CommandContext _context;
    private readonly IReadOnlyList<Bug> _bugs;

    /// <summary>Those to be told of that cannot arise; none unless they were asked for.</summary>
    private readonly IReadOnlyList<AbsentBug> _absent;
    private readonly IReadOnlyList<string> _strategies;
    private readonly ulong _firstSeed;
    private readonly int _seeds;
    private readonly TimeSpan _timeout;
    private readonly bool _shrinks;
    private readonly int _workers;
    private readonly Form _form;

    /// <summary>The command as it was typed, for the page that it prints.</summary>
    private readonly string _typed;

    /// <summary>Where progress goes.</summary>
    private readonly TextWriter _text;

    private BugsCommand(CommandContext context, ParseResult result, Arguments arguments)
    {
        _context = context;
        _bugs = arguments.Chosen(result, out _absent);
        _strategies = arguments.Strategies(result);
        _firstSeed = result.GetValue(arguments.Seed);
        _seeds = result.GetValue(arguments.Seeds);
        _typed = CommandName.Typed(result);
        _timeout = result.GetValue(arguments.Timeout) ?? s_defaultTimeout;
        _shrinks = !result.GetValue(arguments.NoShrink);
        _workers = result.GetResult(arguments.Workers) is null
            ? Math.Min(Environment.ProcessorCount, MaxWorkers)
            : result.GetValue(arguments.Workers);
        _form = result.GetValue(arguments.Json) ? Form.Json
            : result.GetValue(arguments.Markdown) ? Form.Markdown
            : Form.Text;
        _text = _form == Form.Text ? context.Output : context.Error;
    }

    private enum Form
    {
        Text,
        Markdown,
        Json,
    }

    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var arguments = new Arguments();
        var command = new Command("bugs", "Hunts every known bug: each must be found.");
        arguments.AddTo(command);
        command.SetAction(result => new BugsCommand(context, result, arguments).Run());
        return command;
    }

    private int Run()
    {
        var results = new IReadOnlyList<BugResult>?[_bugs.Count];
        var gate = new Lock();
        int ended = 0;
        long started = Stopwatch.GetTimestamp();
        var hunt = new BugHunt(_context.Scenarios, _firstSeed, _seeds, _timeout, _shrinks);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _workers };
        try
        {
            Parallel.For(0, _bugs.Count, parallel, (i, loop) =>
            {
                if (_context.Cancel.IsCancellationRequested)
                {
                    loop.Stop();
                    return;
                }

                results[i] = hunt.Run(_bugs[i], _strategies, _context.Cancel);
                lock (gate)
                {
                    ended++;
                    if (results[i] is { } found)
                    {
                        _text.WriteLine($"{ended}/{_bugs.Count} {_bugs[i].Name}: {string.Join("; ", found.Select(Tell))}");
                    }
                }
            });
        }
        catch (AggregateException failure) when (failure.InnerExceptions.All(inner => inner is PatchException))
        {
            throw failure.InnerExceptions[0];
        }

        IReadOnlyList<BugResult>[] done = [.. results.OfType<IReadOnlyList<BugResult>>()];

        // Of strategies that are compared some are known to be blind to some bugs.
        int foundCount = done.Count(row => row.Any(result => result.IsFound));
        string seconds = HuntTable.Number(Stopwatch.GetElapsedTime(started).TotalSeconds);
        string conclusion = $"{foundCount} of {FailureText.Count(_bugs.Count, "bug")} found, in {seconds} s";
        Write(done, conclusion);
        return Conclude(done, foundCount, conclusion);
    }

    private static string Tell(BugResult result)
    {
        string executions = HuntTable.Number(result.Median.Executions);
        return result.IsFound
            ? $"{result.Strategy}: {string.Join(", ", result.Kinds)} in execution {executions}"
            : $"{result.Strategy}: not in {executions} executions";
    }

    private void Write(IReadOnlyList<BugResult>[] results, string conclusion)
    {
        switch (_form)
        {
            case Form.Json:
                _context.Output.WriteLine(
                    JsonText.Write(BugReport.Describe(results.SelectMany(row => row), _firstSeed, _seeds, _timeout)));
                break;
            case Form.Markdown:
                var page = new BugPage(_context.Output, _strategies);
                page.WriteHead(_typed, _seeds, _timeout, conclusion);
                page.WriteHunted(results);
                page.WriteAbsent(_absent);
                break;
            default:
                _context.Output.WriteLine();
                Screen.For(_context.Output, isTerminal: false)
                    .Write(TextTable(BugTable.Heads(_strategies), results.Select(BugTable.Row)));
                foreach (AbsentBug bug in _absent)
                {
                    _context.Output.WriteLine($"{bug.Name} ({bug.Origin}) cannot arise: {bug.CannotArise}");
                }

                break;
        }
    }

    private static Table TextTable(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string head in heads)
        {
            table.AddColumn(new TableColumn(head).NoWrap().Padding(0, 0, 1, 0));
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        return table;
    }

    private int Conclude(IReadOnlyList<BugResult>[] results, int found, string conclusion)
    {
        BugResult[] strange = [.. results.SelectMany(row => row).Where(result => result.Unexpected.Count > 0)];
        foreach (BugResult result in strange)
        {
            _text.WriteLine(
                $"{result.Bug.Name} shows as {string.Join(", ", result.Unexpected)} with {result.Strategy}, "
                + $"and is to show as {string.Join(" or ", result.Bug.Expected)}");
        }

        foreach (BugResult result in results.SelectMany(row => row))
        {
            if (result.Shrunk is { } shrunk && result.Bug.Preemptions is { } needed && shrunk.Preemptions != needed)
            {
                _text.WriteLine(
                    $"{result.Bug.Name} is to need {FailureText.Count(needed, "preemption")}, "
                    + $"and its schedule is left with {shrunk.Preemptions}"
                    + (shrunk.Preemptions < needed ? ": fewer are enough" : ""));
            }
        }

        if (_context.Cancel.IsCancellationRequested)
        {
            _text.WriteLine($"interrupted: {results.Length} of {FailureText.Count(_bugs.Count, "bug")} hunted");
            return ExitCode.Interrupted;
        }

        _text.WriteLine(conclusion);
        return found < _bugs.Count || strange.Length > 0 ? ExitCode.BugMissed : ExitCode.Clean;
    }

    /// <summary>The arguments, and what they come to.</summary>
    private sealed class Arguments
    {
        private readonly Argument<string[]> _names = new("NAME")
        {
            Description = "the bugs to hunt; all when none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };

        private readonly Option<bool> _exhaustive = new("--exhaustive")
        {
            Description = "by the exhaustive strategy, in the small scenario where there is one",
        };

        private readonly Option<bool> _compare = new("--compare-strategies")
        {
            Description = "by every sampler, side by side: the executions each takes",
        };

        private readonly Option<bool> _all = new("--all")
        {
            Description = "tell also of those that cannot arise",
        };

        private readonly Option<string?> _bugsDirectory = CommonOptions.BugsDirectory();

        public Option<int> Seeds { get; } = new("--seeds")
        {
            Description = "how many times each is hunted; the table has the median",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
            CustomParser = OptionValues.Whole(1, MaxSeeds),
        };

        public Option<ulong> Seed { get; } = new("--seed")
        {
            Description = "the first seed; each next one is greater by one",
            HelpName = "N",
            DefaultValueFactory = _ => new ExplorationOptions().Seed,
            CustomParser = OptionValues.Whole(0UL, ulong.MaxValue),
        };

        public Option<TimeSpan?> Timeout { get; } = new("--timeout")
        {
            Description = "end a hunt after this time: seconds, or as in 500ms, 5m, 2h [default: 10s]",
            HelpName = "TIME",
            CustomParser = OptionValues.Duration,
        };

        public Option<bool> NoShrink { get; } = new("--no-shrink")
        {
            Description = "leave failures as they are found, which is faster: the table then says nothing of schedules",
        };

        public Option<int> Workers { get; } = new("--workers")
        {
            Description = "how many bugs to hunt at the same time, each on one worker [default: the number of processors]",
            HelpName = "N",
            CustomParser = OptionValues.Whole(1, MaxWorkers),
        };

        public Option<bool> Json { get; } = new("--json")
        {
            Description = "print one JSON object; all else goes to standard error",
        };

        public Option<bool> Markdown { get; } = new("--markdown")
        {
            Description = "print a page in Markdown, with where each comes from; all else goes to standard error",
        };

        public void AddTo(Command command)
        {
            command.Add(_names);
            foreach (Option option in (Option[])
                [_exhaustive, _compare, _all, Seeds, Seed, Timeout, NoShrink, Workers, Json, Markdown, _bugsDirectory])
            {
                command.Add(option);
            }
        }

        public IReadOnlyList<Bug> Chosen(ParseResult result, out IReadOnlyList<AbsentBug> absent)
        {
            BugCatalogue bugs = CommonOptions.Bugs(result.GetValue(_bugsDirectory));
            absent = result.GetValue(_all) ? bugs.Absent : [];
            string[] names = result.GetValue(_names)!;
            return names.Length == 0 ? bugs.All : [.. names.Distinct().Select(name => CommonOptions.Find(bugs, name))];
        }

        public IReadOnlyList<string> Strategies(ParseResult result)
            => (result.GetValue(_exhaustive), result.GetValue(_compare)) switch
            {
                (true, true) => throw new InputException("--exhaustive and --compare-strategies exclude each other"),
                (true, _) => [Explorer.Strategies.Exhaustive],
                (_, true) =>
                [
                    .. Explorer.Strategies.Names.Where(name => name != Explorer.Strategies.Exhaustive),
                ],
                _ => [Explorer.Strategies.Default],
            };
    }
}
