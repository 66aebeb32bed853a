namespace Testbed.Collector;

/// <summary>A goroutine as an observer saw it.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="Status">What it did: "runnable", "running", "syscall" or "waiting".</param>
public sealed record GoroutineInfo(long Id, string Status)
{
    /// <summary>
    /// What it waits for, if the world was stopped to look: "garbage collection", "world semaphore", "join",
    /// "finalizers", "channel send", "channel receive", "select", or empty. The seed's <c>waitreason</c>.
    /// </summary>
    public string WaitReason { get; init; } = "";

    /// <summary>
    /// When a collection first saw it blocked, in nanoseconds of the engine's clock, if the world was stopped to look; 0
    /// if none has. The seed's <c>waitsince</c>.
    /// </summary>
    public long BlockedSince { get; init; }

    /// <summary>The slots of its frames, the newest frame first, if the world was stopped to look.</summary>
    public IReadOnlyList<int> FrameSlots { get; init; } = [];
}
