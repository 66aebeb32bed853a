using System.CommandLine;
using System.Globalization;
using Testbed.Cli.Workloads;
using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Cli;

/// <summary><c>testbed run</c>: real work on the production collector, on real threads.</summary>
internal static class RunCommand
{
    private const string Examples =
        """
        Examples:
          testbed run gcbench --gctrace                  a line a collection
          testbed run binary-trees --depth 18 -p 4       larger, on four Ps
          testbed run garbage --input DIR --verify       parse your own text, check the heap after each collection
          testbed run garbage --compare-roots            both ways to find roots, by turns
          testbed run splay --heap-dump heap.jsonl       what the heap holds, for 'testbed heap heap.jsonl'
          testbed run parked --goroutines 100000         what a parked goroutine costs
          testbed run soak --minutes 10                  all of them with random options, checked

        Exit codes:
          0    every check holds
          1    a check failed: the heap or a result is wrong
          2    wrong usage or input, or the heap that --heap allows is too small
          3    internal error
          130  interrupted, after the statistics so far
        """;

    private const int GoroutinesMax = 1_000_000;
    private const int DepthMax = 28;
    private const int SizeMax = 100_000_000;
    private const int IterationsMax = 1_000_000_000;
    private const int PairsMax = 10_000;
    private const int DefaultPairs = 9;

    /// <summary>Creates the command.</summary>
    /// <param name="context">The world around it.</param>
    public static Command Create(CommandContext context)
    {
        var command = new Command("run", "Runs real work on the production collector, on real threads.");
        foreach (Workload workload in WorkloadRunner.All)
        {
            command.Add(CreateWorkload(context, workload));
        }

        command.Add(CreateSoak(context));
        HelpNotes.Add(command, Examples);
        return command;
    }

    private static Command CreateWorkload(CommandContext context, Workload workload)
    {
        WorkloadSizes defaults = workload.Defaults;
        var world = new WorldArguments();
        Option<int?> goroutines = SizeOption("--goroutines", "how many goroutines share the work", defaults.Goroutines);
        Option<int?>? depth = OptionalSize("--depth", "how deep the trees are", defaults.Depth);
        Option<int?>? size = OptionalSize("--size", workload.SizeMeaning, defaults.Size);
        Option<int?>? iterations = OptionalSize("--iterations", "how many rounds there are", defaults.Iterations);
        Option<string?>? input = workload.ReadsInput
            ? new("--input") { Description = "a file or folder of text; default: testbed's sources", HelpName = "PATH" }
            : null;
        var command = new Command(workload.Name, workload.Summary);
        Option<bool>? compare = workload.ComparedShapes.Count > 0
            ? new("--compare-roots") { Description = "measure both ways to find roots in turn, with 1, 2 and 4 workers" }
            : null;
        Option<int?>? pairs = compare is null
            ? null
            : WorldArguments.Number("--pairs", $"how many pairs of runs; default: {DefaultPairs}");
        foreach (Option? option in (Option?[])[goroutines, depth, size, iterations, input, compare, pairs])
        {
            if (option is not null)
            {
                command.Add(option);
            }
        }

        world.AddTo(command);
        HelpNotes.Add(command, Examples);
        command.SetAction(result =>
        {
            WorkloadOptions options = world.Read(result) with
            {
                Goroutines = Ranged(result, goroutines, 1, GoroutinesMax),
                Depth = Ranged(result, depth, 1, DepthMax),
                Size = Ranged(result, size, 1, SizeMax),
                Iterations = Ranged(result, iterations, 1, IterationsMax),
                Input = input is null ? null : result.GetValue(input),
            };
            return compare is not null && result.GetValue(compare)
                ? CompareRoots(
                    context, new RootComparison(workload, options, Ranged(result, pairs, 1, PairsMax) ?? DefaultPairs),
                    world.Json(result))
                : Run(context, world, result, workload, options);
        });
        return command;
    }

    private static Command CreateSoak(CommandContext context)
    {
        var minutes = new Option<double>("--minutes")
        {
            Description = "for how long; default: 10",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        var seed = new Option<long>("--seed")
        {
            Description = "where the random options start",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command("soak", "runs all of them with random options, each heap checked, until time is up")
        {
            minutes,
            seed,
        };
        HelpNotes.Add(command, Examples);
        command.SetAction(result => RunSoak(context, result.GetValue(minutes), result.GetValue(seed)));
        return command;
    }

    private static int Run(
        CommandContext context, WorldArguments world, ParseResult line, Workload workload, WorkloadOptions options)
    {
        return Checked(context, () =>
        {
            TextWriter? trace = world.Trace(line) ? context.Error : null;
            WorkloadResult result = WorkloadRunner.Run(workload, options, trace, context.Cancel);
            if (world.Json(line))
            {
                context.Output.WriteLine(JsonText.Write(WorkloadReport.Describe(options, result)));
            }
            else
            {
                WorkloadReport.Print(context.Output, result, options.Pauses);
            }

            options.HeapDump?.RequireWritten();

            return result.Completed;
        });
    }

    private static int CompareRoots(CommandContext context, RootComparison comparison, bool json)
        => Checked(context, () =>
        {
            var tables = new List<RootComparisonTable>();
            bool completed = comparison.Run(
                table =>
                {
                    tables.Add(table);
                    if (!json)
                    {
                        table.Print(context.Output);
                    }
                },
                context.Cancel);
            if (json)
            {
                context.Output.WriteLine(JsonText.Write(tables));
            }

            return completed;
        });

    private static int RunSoak(CommandContext context, double minutes, long seed)
    {
        if (!double.IsFinite(minutes) || minutes <= 0 || minutes > 60 * 24 * 365)
        {
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture, $"--minutes {minutes}: must be more than 0"));
        }

        var soak = new Soak(seed);
        return Checked(context, () =>
        {
            soak.Run(TimeSpan.FromMinutes(minutes), context.Output, context.Cancel);
            context.Output.WriteLine($"{soak.Runs} runs, {soak.Collections} collections, nothing found");
            return !context.Cancel.IsCancellationRequested;
        });
    }

    /// <summary>Runs something that ends with an exception when a check fails.</summary>
    /// <param name="context">The world around it.</param>
    /// <param name="run">What to run; it answers whether it was let to its end.</param>
    private static int Checked(CommandContext context, Func<bool> run)
    {
        try
        {
            return run() ? ExitCode.Clean : ExitCode.Interrupted;
        }
        catch (Exception failure) when (failure is OracleException or CorruptionException or DeadlockException)
        {
            context.Error.WriteLine($"testbed: check failed: {failure.Message}");
            return ExitCode.BugFound;
        }
    }

    private static Option<int?>? OptionalSize(string name, string what, int? normal)
        => normal is { } value ? SizeOption(name, what, value) : null;

    private static Option<int?> SizeOption(string name, string what, int normal)
        => WorldArguments.Number(name, string.Create(CultureInfo.InvariantCulture, $"{what}; default: {normal}"));

    private static int? Ranged(ParseResult result, Option<int?>? option, int least, int greatest)
    {
        int? value = option is null ? null : result.GetValue(option);
        return value is null || (value >= least && value <= greatest)
            ? value
            : throw new InputException($"{option!.Name} {value}: must be from {least} to {greatest}");
    }
}
