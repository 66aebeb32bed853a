namespace Testbed.Collector;

/// <summary>How a channel operation ended.</summary>
/// <param name="Case">Which case was done, from 0; -1 if none was ready and the goroutine did not want to wait.</param>
/// <param name="Ok">Whether something was sent or received; false if the channel is closed and has nothing left.</param>
/// <param name="Reference">What was received from a channel of references; nothing roots it yet. Else null.</param>
/// <param name="Number">What was received from a channel of numbers; else 0.</param>
public readonly record struct ChannelResult(int Case, bool Ok, Reference Reference, long Number)
{
    /// <summary>Nothing was done.</summary>
    internal static ChannelResult None => new(-1, false, default, 0);
}
