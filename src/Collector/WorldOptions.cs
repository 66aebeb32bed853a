namespace Testbed.Collector;

/// <summary>How the collector finds its roots.</summary>
public enum RootStrategy
{
    /// <summary>Every root is a job of the parallel for, as after the seed's commit.</summary>
    Parallel,

    /// <summary>One thread gathers all roots into an array first, as before the seed's commit.</summary>
    Collected,
}

/// <summary>How the collector looks at the stack of a goroutine. The seed's <c>ScanStackByFrames</c>.</summary>
public enum StackScan
{
    /// <summary>Frame by frame, by their maps.</summary>
    Frames,

    /// <summary>Segment by segment: every word in use may be a pointer.</summary>
    Segments,
}

/// <summary>
/// What a world is made with. Each capacity that the seed fixes as a constant is an option here with the seed's value
/// as its default, so that a systematic test can make every boundary happen with a handful of objects.
/// </summary>
public sealed record WorldOptions
{
    /// <summary>The greatest number of Ps. The seed's <c>MaxGomaxprocs</c>.</summary>
    internal const int MaxProcessors = 256;

    /// <summary>How many Ps run goroutines at first; from 1 to 256. The seed's <c>gomaxprocs</c>.</summary>
    public int Processors { get; init; } = Environment.ProcessorCount;

    /// <summary>The greatest number of Ms, and so of threads. The seed's <c>sched.maxmcount</c>.</summary>
    public int MaxMachines { get; init; } = 10_000;

    /// <summary>The greatest number of threads that collect together. The seed's <c>MaxGcproc</c>.</summary>
    public int MaxGcWorkers { get; init; } = 8;

    /// <summary>
    /// How much the heap may grow between collections, in percent of what survived the last one; negative turns
    /// collections off. The seed's <c>gcpercent</c>, <c>GOGC</c>.
    /// </summary>
    public int GcPercent { get; init; } = 100;

    /// <summary>The heap size in bytes at which the first collection starts. The seed's first <c>next_gc</c>.</summary>
    public long FirstTriggerBytes { get; init; } = 4 << 20;

    /// <summary>How roots are found.</summary>
    public RootStrategy RootStrategy { get; init; }

    /// <summary>How stacks are scanned.</summary>
    public StackScan StackScan { get; init; }

    /// <summary>Address space of the heap in bytes; rounded down to pages. Only touched pages cost memory.</summary>
    public long ArenaBytes { get; init; } = 1L << 37;

    /// <summary>Bytes a page: a power of two, at least 512. The seed's <c>PageSize</c>.</summary>
    public int PageBytes { get; init; } = 4096;

    /// <summary>The least number of bytes by which the page heap grows; rounded up to pages.</summary>
    public int HeapGrowBytes { get; init; } = 1 << 20;

    /// <summary>Objects above this many bytes have a span of their own; at most 32,768. The seed's <c>MaxSmallSize</c>.</summary>
    public int MaxSmallSize { get; init; } = 32 << 10;

    /// <summary>
    /// Up to how many types the objects of a span have a byte each that says which; 2 to 256. With more, each has a word.
    /// The seed's 7, and none.
    /// </summary>
    public int TypesPerByteTable { get; init; } = 8;

    /// <summary>How many pieces of work a work buffer holds; at least 2.</summary>
    public int WorkBufferLength { get; init; } = 339;

    /// <summary>How many work buffers are allocated at a time.</summary>
    public int WorkBuffersPerChunk { get; init; } = 128;

    /// <summary>A worker with more than this many pieces of work splits with an idle one. The seed's 4.</summary>
    public int HandoffThreshold { get; init; } = 4;

    /// <summary>How many bits of a lock-free list's head count pushes, against ABA; 0 to 20. The seed's 17.</summary>
    public int ListTagBits { get; init; } = 17;

    /// <summary>How many finalizers a block of the queue holds. The seed's 101.</summary>
    public int FinalizersPerBlock { get; init; } = 101;

    /// <summary>How many bytes of small records are allocated at a time. The seed's <c>FixAllocChunk</c>.</summary>
    public int FixedChunkBytes { get; init; } = 16 << 10;

    /// <summary>How many candidates the mark loop has in flight; a power of two, or 0 for no prefetch.</summary>
    public int PrefetchDepth { get; init; } = 16;

    /// <summary>How many goroutines the array of all goroutines first has room for. The seed's 512.</summary>
    public int FirstGoroutineCapacity { get; init; } = 512;

    /// <summary>
    /// How many runnable goroutines a P keeps to itself; a power of two, at least 2. The seed's 256.
    /// </summary>
    public int RunQueueLength { get; init; } = 256;

    /// <summary>
    /// With so many dead goroutines a P gives half of them to all, to be used again; at least 2. The seed's 64.
    /// </summary>
    public int FreeGoroutinesLength { get; init; } = 64;

    /// <summary>Each so-manieth goroutine that a P runs comes from the queue for all, if there is one. The seed's 61.</summary>
    public int FairTurn { get; init; } = 61;

    /// <summary>How many words the first segment of a goroutine's stack has; later ones double.</summary>
    public int StackSegmentWords { get; init; } = 32;

    /// <summary>Words of the root area with initial values. The seed's <c>data</c>.</summary>
    public int DataWords { get; init; } = 64;

    /// <summary>Words of the root area that starts zeroed. The seed's <c>bss</c>.</summary>
    public int BssWords { get; init; } = 64;

    /// <summary>How many locks all channels share; 1 to 64. A channel of the seed has a lock of its own.</summary>
    public int ChannelLocks { get; init; } = 64;

    /// <summary>How many objects a P keeps to itself in each pool; 2 to 65,536. With more, it gives half of them to all.</summary>
    public int PoolLocalLength { get; init; } = 16;

    /// <summary>How many objects a pool keeps for all Ps; 1 to 1,048,576. It forgets what is more.</summary>
    public int PoolSharedLength { get; init; } = 1024;

    /// <summary>
    /// Whether threads that the world did not make may use <see cref="World{TSync}.Call"/>. The world keeps an M in reserve
    /// for them, so there are at least two; and it is never deadlocked, since one may come at any time. The seed's
    /// <c>iscgo</c>.
    /// </summary>
    public bool ForeignCalls { get; init; }

    /// <summary>How many times a worker of the parallel for tries to steal, for each worker, before it counts itself done.</summary>
    public int StealTriesPerWorker { get; init; } = 4;

    /// <summary>
    /// How many root jobs of each kind there are for each worker, if there is enough to divide; or 0 for those of the
    /// seed: one of each kind, but a goroutine each.
    /// </summary>
    public int RootJobsPerWorker { get; init; } = 32;

    /// <summary>
    /// How many nanoseconds the monitor sleeps between two looks at first; 0 for no monitor. It takes the P of a goroutine
    /// back that blocks in a system call, lets no goroutine run for long while others wait, and collects when nobody else
    /// does. Under an explorer it is a thread like the others, and makes executions longer. The seed's 20 microseconds.
    /// </summary>
    public long MonitorNanoseconds { get; init; } = 20_000;

    /// <summary>
    /// How many nanoseconds a goroutine runs before it lets others run at a safepoint, and keeps its P in a system call
    /// though nothing waits for that. The monitor's. The seed's 10 milliseconds.
    /// </summary>
    public long TimeSliceNanoseconds { get; init; } = 10_000_000;

    /// <summary>
    /// How many nanoseconds after the end of a collection the monitor asks for the next, if there was none meanwhile,
    /// something runs and collections are not turned off; 0 for never. The seed's two minutes.
    /// </summary>
    public long ForcedCollectionNanoseconds { get; init; } = 120_000_000_000;

    /// <summary>How many pauses are remembered. The seed's 256.</summary>
    public int PauseHistoryLength { get; init; } = 256;

    /// <summary>Told of each phase of a collection; for oracles and logs. None by default.</summary>
    public CollectionObserver? Observer { get; init; }

    /// <summary>
    /// Given a line for each collection (<see cref="CollectionSummary.ToTraceLine"/>) while the world is stopped, by the
    /// thread that collects, so it must not use the world; what it throws fails the world. None by default. The seed's
    /// <c>gctrace</c>.
    /// </summary>
    public Action<string>? GcTrace { get; init; }

    /// <summary>Asked before the world takes more memory. None by default.</summary>
    public GrowthObserver? Growth { get; init; }

    /// <summary>
    /// Given the text that a world leaves behind which fails: why, and what each goroutine did. One call at most, by the
    /// thread that fails and under whatever locks it holds, so it must not use the world; what it throws is dropped. None
    /// by default.
    /// </summary>
    public Action<string>? CrashOutput { get; init; }

    /// <summary>Whether that text also tells of the scheduler, each P and each goroutine. The seed's <c>schedtrace</c> in a crash.</summary>
    public bool CrashTrace { get; init; }

    /// <summary>Throws unless every option has a value that works.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One has not; the message names it and its range.</exception>
    internal void Validate()
    {
        Require(Processors, 1, MaxProcessors, nameof(Processors));
        Require(MaxMachines, ForeignCalls ? 2 : 1, 10_000, nameof(MaxMachines));
        Require(MaxGcWorkers, 1, 256, nameof(MaxGcWorkers));
        Require(FirstTriggerBytes, 0, long.MaxValue, nameof(FirstTriggerBytes));
        Require(PageBytes, 512, 1 << 20, nameof(PageBytes));
        RequirePowerOfTwo(PageBytes, nameof(PageBytes));
        Require(ArenaBytes, PageBytes, 1L << 46, nameof(ArenaBytes));
        Require(HeapGrowBytes, 1, int.MaxValue, nameof(HeapGrowBytes));
        Require(MaxSmallSize, 8, 32 << 10, nameof(MaxSmallSize));
        Require(TypesPerByteTable, 2, 256, nameof(TypesPerByteTable));
        Require(WorkBufferLength, 2, 1 << 20, nameof(WorkBufferLength));
        Require(WorkBuffersPerChunk, 1, 1 << 20, nameof(WorkBuffersPerChunk));
        Require(HandoffThreshold, 1, 1 << 20, nameof(HandoffThreshold));
        Require(ListTagBits, 0, 20, nameof(ListTagBits));
        Require(FinalizersPerBlock, 1, 1 << 20, nameof(FinalizersPerBlock));
        Require(FixedChunkBytes, 1, 1 << 24, nameof(FixedChunkBytes));
        Require(PrefetchDepth, 0, 1024, nameof(PrefetchDepth));
        if (PrefetchDepth > 0)
        {
            RequirePowerOfTwo(PrefetchDepth, nameof(PrefetchDepth));
        }

        Require(FirstGoroutineCapacity, 1, 1 << 20, nameof(FirstGoroutineCapacity));
        Require(RunQueueLength, 2, 1 << 20, nameof(RunQueueLength));
        RequirePowerOfTwo(RunQueueLength, nameof(RunQueueLength));
        Require(FreeGoroutinesLength, 2, 1 << 20, nameof(FreeGoroutinesLength));
        Require(FairTurn, 1, int.MaxValue, nameof(FairTurn));
        Require(StackSegmentWords, 4, 1 << 20, nameof(StackSegmentWords));
        Require(DataWords, 1, 1 << 24, nameof(DataWords));
        Require(BssWords, 1, 1 << 24, nameof(BssWords));
        Require(PauseHistoryLength, 1, 1 << 20, nameof(PauseHistoryLength));
        Require(ChannelLocks, 1, 64, nameof(ChannelLocks));
        Require(PoolLocalLength, 2, 1 << 16, nameof(PoolLocalLength));
        Require(PoolSharedLength, 1, 1 << 20, nameof(PoolSharedLength));
        Require(StealTriesPerWorker, 0, 1000, nameof(StealTriesPerWorker));
        Require(RootJobsPerWorker, 0, 1 << 20, nameof(RootJobsPerWorker));
        Require(MonitorNanoseconds, 0, long.MaxValue / 4, nameof(MonitorNanoseconds));
        Require(TimeSliceNanoseconds, 0, long.MaxValue / 4, nameof(TimeSliceNanoseconds));
        Require(ForcedCollectionNanoseconds, 0, long.MaxValue / 4, nameof(ForcedCollectionNanoseconds));
    }

    private static void Require(long value, long least, long greatest, string name)
    {
        if (value < least || value > greatest)
        {
            throw new ArgumentOutOfRangeException(name, value, $"must be from {least} to {greatest}");
        }
    }

    private static void RequirePowerOfTwo(int value, string name)
    {
        if (!int.IsPow2(value))
        {
            throw new ArgumentOutOfRangeException(name, value, "must be a power of two");
        }
    }
}
