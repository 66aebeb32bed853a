using System.CommandLine;
using System.Globalization;
using Testbed.Cli.Heaps;
using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>The options of the command that say what world a workload runs in.</summary>
internal sealed class WorldArguments
{
    private const long LargestHeapBytes = 1L << 46;

    private readonly Option<int?> _processors = Number(
        "--processors", "how many goroutines run at a time; default: one a core", "-p");

    private readonly Option<int?> _workers = Number("--workers", "how many threads collect at most; default: 8");

    private readonly Option<int?> _gcPercent = Number(
        "--gc-percent", "growth of the heap between collections, in percent; default: 100; negative: never collect");

    private readonly Option<string?> _heap = new("--heap")
    {
        Description = "the largest heap, such as 64m or 2g; default: 128g of address space",
        HelpName = "SIZE",
    };

    private readonly Option<string?> _rootStrategy = new("--root-strategy")
    {
        Description = "parallel: roots are jobs of all workers (default); collected: one thread gathers them first",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        Description = "another capacity of the collector: "
            + string.Join(", ", WorldSetting.All.Select(entry => entry.Name)),
        HelpName = "NAME=N",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "where the workload's random numbers start",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _verify = new("--verify")
    {
        Description = "check the whole heap after each collection, by a second traversal of it",
    };

    private readonly Option<bool> _trace = new("--gctrace")
    {
        Description = "a line a collection: number(workers): stop+mark+sweep ms, heap and objects before -> after, root jobs",
    };

    private readonly Option<bool> _pauses = new("--pauses")
    {
        Description = "how long each of the last collections took; --set pause-history-length=N: of how many",
    };

    private readonly Option<string?> _heapDump = new("--heap-dump")
    {
        Description = "write what the heap holds after a collection, for testbed heap",
        HelpName = "FILE",
    };

    private readonly Option<int?> _heapDumpAfter = Number(
        "--heap-dump-after", "the number of that collection; default: 1");

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object" };

    /// <summary>An option whose value is a whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="aliases">Its other names.</param>
    public static Option<int?> Number(string name, string description, params string[] aliases)
        => new(name, aliases)
        {
            Description = description,
            HelpName = "N",
            CustomParser = argument =>
            {
                string text = argument.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
                {
                    return value;
                }

                argument.AddError($"{name} {text}: must be a whole number");
                return null;
            },
        };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        Option[] options =
        [
            _processors, _workers, _gcPercent, _heap, _rootStrategy, _settings, _seed, _verify, _trace, _pauses,
            _heapDump, _heapDumpAfter, _json,
        ];
        foreach (Option option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether a line a collection is wanted.</summary>
    /// <param name="result">The command line.</param>
    public bool Trace(ParseResult result) => result.GetValue(_trace);

    /// <summary>Whether the result is wanted as JSON.</summary>
    /// <param name="result">The command line.</param>
    public bool Json(ParseResult result) => result.GetValue(_json);

    /// <summary>The options of a run, without its sizes.</summary>
    /// <param name="result">The command line.</param>
    /// <exception cref="InputException">A value makes no sense.</exception>
    public WorkloadOptions Read(ParseResult result)
    {
        var world = new WorldOptions();
        world = world with
        {
            Processors = result.GetValue(_processors) ?? world.Processors,
            MaxGcWorkers = result.GetValue(_workers) ?? world.MaxGcWorkers,
            GcPercent = result.GetValue(_gcPercent) ?? world.GcPercent,
            ArenaBytes = result.GetValue(_heap) is { } heap ? ParseBytes(heap) : world.ArenaBytes,
            RootStrategy = ParseStrategy(result.GetValue(_rootStrategy)),
        };
        return new WorkloadOptions
        {
            World = result.GetValue(_settings)!.Aggregate(world, WorldSetting.Assign),
            Seed = result.GetValue(_seed),
            Verify = result.GetValue(_verify),
            Pauses = result.GetValue(_pauses),
            HeapDump = ReadHeapDump(result),
        };
    }

    private HeapDumpTarget? ReadHeapDump(ParseResult result)
    {
        int after = result.GetValue(_heapDumpAfter) ?? 1;
        return result.GetValue(_heapDump) is not { } path ? null
            : after >= 1 ? new HeapDumpTarget(path, after)
            : throw new InputException($"--heap-dump-after {after}: must be at least 1");
    }

    private static RootStrategy ParseStrategy(string? name) => name switch
    {
        null or "parallel" => RootStrategy.Parallel,
        "collected" => RootStrategy.Collected,
        _ => throw new InputException(
            $"--root-strategy {name}: must be parallel or collected{Suggestion.For(name, ["parallel", "collected"])}"),
    };

    private static long ParseBytes(string text)
    {
        int shift = text.Length == 0 ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(text[^1]), StringComparison.Ordinal);
        string digits = shift < 0 ? text : text[..^1];
        long unit = shift < 0 ? 1 : 1L << (10 * (shift + 1));
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count <= LargestHeapBytes / unit
                ? count * unit
                : throw new InputException($"--heap {text}: must be a number of bytes up to 64t, such as 64m or 2g");
    }
}
