using Testbed.Collector;
using Testbed.Models.Heaps;

namespace Testbed.Properties.Generation;

/// <summary>The options of a generated world; the default of each is the simplest to read a failure with.</summary>
internal sealed record WorldSettings
{
    public int Processors { get; init; } = 1;

    public int Workers { get; init; } = 1;

    public RootStrategy RootStrategy { get; init; }

    public bool ConservativeFrames { get; init; }

    public int PageBytes { get; init; } = 4096;

    public int MaxSmallSize { get; init; } = 1024;

    public int TypesPerByteTable { get; init; } = 8;

    public int WorkBufferLength { get; init; } = 64;

    public int WorkBuffersPerChunk { get; init; } = 16;

    public int HandoffThreshold { get; init; } = 4;

    public int ListTagBits { get; init; } = 17;

    public int PrefetchDepth { get; init; }

    public int FirstGoroutineCapacity { get; init; } = 16;

    public int StackSegmentWords { get; init; } = 64;

    public int StealTriesPerWorker { get; init; } = 4;

    public long FirstTriggerBytes { get; init; } = long.MaxValue;

    public int GcPercent { get; init; } = 100;

    /// <summary>0 for a world without a monitor; where it has one, it stops goroutines at every chance.</summary>
    public long MonitorNanoseconds { get; init; }

    /// <summary>Draws settings.</summary>
    internal static WorldSettings Draw(Randomness random, bool isLarge)
    {
        int processors = 1 + (int)random.Below(isLarge ? 4u : 2u);
        int pageBytes = OneOf(512, 1024, 4096);
        return new WorldSettings
        {
            Processors = processors,
            Workers = 1 + (int)random.Below((uint)processors),
            RootStrategy = OneOf(RootStrategy.Parallel, RootStrategy.Parallel, RootStrategy.Collected),
            ConservativeFrames = random.Below(4) == 0,
            PageBytes = isLarge ? pageBytes : 512,
            MaxSmallSize = isLarge ? OneOf(128, 512, 1024, 2048) : OneOf(64, 128),
            TypesPerByteTable = OneOf(2, 3, 8),
            WorkBufferLength = OneOf(2, 3, 8, 339),
            WorkBuffersPerChunk = OneOf(1, 2, 16),
            HandoffThreshold = OneOf(1, 2, 4),
            ListTagBits = OneOf(8, 17, 20),
            PrefetchDepth = OneOf(0, 1, 2, 16),
            FirstGoroutineCapacity = OneOf(1, 2, 512),
            StackSegmentWords = OneOf(4, 8, 32),
            StealTriesPerWorker = OneOf(1, 4),
            FirstTriggerBytes = OneOf(long.MaxValue, 256, 2048),
            GcPercent = OneOf(0, 50, 100),
            MonitorNanoseconds = isLarge ? OneOf(0, 1_000, 50_000) : 0,
        };

        T OneOf<T>(params ReadOnlySpan<T> values) => values[(int)random.Below((uint)values.Length)];
    }

    /// <summary>Settings with one of them as simple as it can be, and settings that are all so.</summary>
    internal IEnumerable<WorldSettings> Shrink()
    {
        var simplest = new WorldSettings();
        IEnumerable<WorldSettings> simpler =
        [
            simplest,
            simplest with { Processors = Processors, Workers = Workers },
            this with { Workers = 1, Processors = 1 },
            this with { Workers = 1 },
            this with { Workers = Math.Max(1, Workers - 1) },
            this with { Processors = Math.Max(Workers, Processors - 1) },
            this with { RootStrategy = simplest.RootStrategy },
            this with { ConservativeFrames = false },
            this with { PageBytes = simplest.PageBytes, MaxSmallSize = simplest.MaxSmallSize },
            this with { TypesPerByteTable = simplest.TypesPerByteTable },
            this with { WorkBufferLength = simplest.WorkBufferLength },
            this with { WorkBuffersPerChunk = simplest.WorkBuffersPerChunk },
            this with { HandoffThreshold = simplest.HandoffThreshold },
            this with { ListTagBits = simplest.ListTagBits },
            this with { PrefetchDepth = simplest.PrefetchDepth },
            this with { FirstGoroutineCapacity = simplest.FirstGoroutineCapacity },
            this with { StackSegmentWords = simplest.StackSegmentWords },
            this with { StealTriesPerWorker = simplest.StealTriesPerWorker },
            this with { FirstTriggerBytes = simplest.FirstTriggerBytes, GcPercent = simplest.GcPercent },
            this with { MonitorNanoseconds = 0 },
        ];
        return simpler.Where(settings => settings != this && settings.Distance < Distance).Distinct();
    }

    /// <summary>How many of them are not the simplest: shrinking brings it down, so it ends.</summary>
    private int Distance
    {
        get
        {
            var simplest = new WorldSettings();
            return (Processors - 1) + (Workers - 1)
                + Differs(RootStrategy, simplest.RootStrategy)
                + Differs(ConservativeFrames, simplest.ConservativeFrames)
                + Differs(PageBytes, simplest.PageBytes)
                + Differs(MaxSmallSize, simplest.MaxSmallSize)
                + Differs(TypesPerByteTable, simplest.TypesPerByteTable)
                + Differs(WorkBufferLength, simplest.WorkBufferLength)
                + Differs(WorkBuffersPerChunk, simplest.WorkBuffersPerChunk)
                + Differs(HandoffThreshold, simplest.HandoffThreshold)
                + Differs(ListTagBits, simplest.ListTagBits)
                + Differs(PrefetchDepth, simplest.PrefetchDepth)
                + Differs(FirstGoroutineCapacity, simplest.FirstGoroutineCapacity)
                + Differs(StackSegmentWords, simplest.StackSegmentWords)
                + Differs(StealTriesPerWorker, simplest.StealTriesPerWorker)
                + Differs(FirstTriggerBytes, simplest.FirstTriggerBytes)
                + Differs(GcPercent, simplest.GcPercent)
                + Differs(MonitorNanoseconds, simplest.MonitorNanoseconds);

            static int Differs<T>(T left, T right) => EqualityComparer<T>.Default.Equals(left, right) ? 0 : 1;
        }
    }

    /// <summary>The options, with an arena that holds all that the program can allocate.</summary>
    internal WorldOptions ToOptions(MutatorProgram program)
    {
        // Each size class may keep a span of a few pages, and a large object wastes up to a page.
        long pages = 16 + MaxSmallSize / sizeof(long) * 4 + program.Shapes.Count();
        return new WorldOptions
        {
            Processors = Processors,
            MaxMachines = 64,
            MonitorNanoseconds = MonitorNanoseconds,
            TimeSliceNanoseconds = Math.Max(1, MonitorNanoseconds),
            MaxGcWorkers = Workers,
            GcPercent = GcPercent,
            FirstTriggerBytes = FirstTriggerBytes,
            RootStrategy = RootStrategy,
            ArenaBytes = pages * PageBytes + 4 * program.Bytes,
            PageBytes = PageBytes,
            HeapGrowBytes = PageBytes,
            MaxSmallSize = MaxSmallSize,
            TypesPerByteTable = TypesPerByteTable,
            WorkBufferLength = WorkBufferLength,
            WorkBuffersPerChunk = WorkBuffersPerChunk,
            HandoffThreshold = HandoffThreshold,
            ListTagBits = ListTagBits,
            PrefetchDepth = PrefetchDepth,
            FirstGoroutineCapacity = FirstGoroutineCapacity,
            StackSegmentWords = StackSegmentWords,
            StealTriesPerWorker = StealTriesPerWorker,
        };
    }
}
