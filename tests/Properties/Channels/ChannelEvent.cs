namespace Testbed.Properties.Channels;

/// <summary>How a step ended.</summary>
internal enum StepEnd
{
    /// <summary>Not at all: its goroutine waits.</summary>
    Waits,

    /// <summary>It has sent.</summary>
    Sent,

    /// <summary>It has received.</summary>
    Received,

    /// <summary>It would have received from a closed channel.</summary>
    Drained,

    /// <summary>It would have sent to a closed channel, or closed it again.</summary>
    Refused,

    /// <summary>It has closed.</summary>
    Closed,

    /// <summary>No case was ready.</summary>
    Default,
}

/// <summary>What came of a step: whatever it did, it did between its start and its end.</summary>
/// <param name="Goroutine">The number of its goroutine.</param>
/// <param name="Step">The step.</param>
/// <param name="Start">A number that grows with time.</param>
internal sealed record ChannelEvent(int Goroutine, ChannelStep Step, long Start)
{
    /// <summary>How it ended.</summary>
    public StepEnd End { get; init; }

    /// <summary>When it ended, as <see cref="Start"/>.</summary>
    public long EndTime { get; init; } = long.MaxValue;

    /// <summary>The channel of the case that was done; -1 if none was, or nobody knows which.</summary>
    public int Channel { get; init; } = -1;

    /// <summary>What was sent or received.</summary>
    public long Value { get; init; } = -1;

    /// <summary>Whether it ended before another one started.</summary>
    public bool IsBefore(ChannelEvent other) => EndTime < other.Start;
}
