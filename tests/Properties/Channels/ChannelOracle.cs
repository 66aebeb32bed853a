using Testbed.Sync;

namespace Testbed.Properties.Channels;

/// <summary>
/// What must be true of every run of a program, whatever the order: nothing is lost, duplicated or overtaken, a closed
/// channel stays closed, and nobody waits who could go on.
/// </summary>
/// <param name="capacities">How many elements each channel holds.</param>
/// <param name="events">All that was done, in any order.</param>
internal sealed class ChannelOracle(IReadOnlyList<int> capacities, IReadOnlyList<ChannelEvent> events)
{
    /// <summary>Requires it all.</summary>
    /// <exception cref="OracleException">It is not so.</exception>
    internal void Verify()
    {
        for (int channel = 0; channel < capacities.Count; channel++)
        {
            ChannelEvent[] sent = Done(channel, StepEnd.Sent);
            ChannelEvent[] received = Done(channel, StepEnd.Received);
            RequireReceivedOnce(channel, sent, received);
            RequireOrder(channel, sent, received);
            RequireClosed(channel, sent, received);
            Require(
                sent.Length - received.Length <= capacities[channel],
                $"channel {channel} holds {sent.Length - received.Length} elements of {capacities[channel]}");
        }

        foreach (ChannelEvent refused in events.Where(e => e.End is StepEnd.Refused))
        {
            IEnumerable<int> channels = refused.Step.Cases
                .Where(one => one.Sends || refused.Step.Kind == StepKind.Close)
                .Select(one => one.Channel);
            Require(channels.Any(channel => MayBeClosed(channel, refused)), $"{refused} though nobody has closed");
        }

        RequireNobodyWaitsInVain();
    }

    private static void Require(bool condition, string message) => OracleException.Require(condition, message);

    private ChannelEvent[] Done(int channel, StepEnd end)
        => [.. events.Where(e => e.Channel == channel && e.End == end)];

    /// <summary>Whether a channel can have been closed, by another, before an event ended.</summary>
    private bool MayBeClosed(int channel, ChannelEvent before)
        => Done(channel, StepEnd.Closed).Any(closed => closed != before && !before.IsBefore(closed));

    private void RequireReceivedOnce(int channel, ChannelEvent[] sent, ChannelEvent[] received)
    {
        Require(
            received.Select(e => e.Value).Distinct().Count() == received.Length,
            $"something is received twice from channel {channel}");
        foreach (ChannelEvent receive in received)
        {
            ChannelEvent? send = Array.Find(sent, e => e.Value == receive.Value);
            Require(send is not null, $"{receive.Value} is received from channel {channel}, and was not sent to it");
            Require(!receive.IsBefore(send!), $"{receive.Value} is received from channel {channel} before it is sent");
            Require(
                capacities[channel] > 0 || !send!.IsBefore(receive),
                $"{receive.Value} is left in channel {channel}, which holds nothing");
        }
    }

    /// <summary>What was sent first is received first, as far as either order is known.</summary>
    private static void RequireOrder(int channel, ChannelEvent[] sent, ChannelEvent[] received)
    {
        var receives = received.ToDictionary(e => e.Value);
        foreach (ChannelEvent later in sent.Where(e => receives.ContainsKey(e.Value)))
        {
            foreach (ChannelEvent earlier in sent.Where(e => e.IsBefore(later)))
            {
                bool inOrder = receives.TryGetValue(earlier.Value, out ChannelEvent? receive)
                    && !receives[later.Value].IsBefore(receive);
                Require(inOrder, $"{later.Value} overtakes {earlier.Value} in channel {channel}");
            }
        }
    }

    private void RequireClosed(int channel, ChannelEvent[] sent, ChannelEvent[] received)
    {
        ChannelEvent[] closed = Done(channel, StepEnd.Closed);
        Require(closed.Length <= 1, $"channel {channel} is closed {closed.Length} times");
        foreach (ChannelEvent close in closed)
        {
            Require(!sent.Any(close.IsBefore), $"something is sent to channel {channel} after it was closed");
            Require(
                !events.Any(e => e.End == StepEnd.Default && close.IsBefore(e) && e.Step.Cases.Any(one => one.Channel == channel)),
                $"a select takes its default though channel {channel} is closed");
        }

        foreach (ChannelEvent drained in Done(channel, StepEnd.Drained))
        {
            Require(MayBeClosed(channel, drained), $"nothing is received from channel {channel}, which nobody has closed");
            Require(!received.Any(drained.IsBefore), $"something is received from channel {channel} after there was nothing");
        }
    }

    /// <summary>At the end, when nobody goes on: of those who wait none finds an element, room, a partner or an end.</summary>
    private void RequireNobodyWaitsInVain()
    {
        ChannelEvent[] waiting = [.. events.Where(e => e.End == StepEnd.Waits)];
        foreach (ChannelEvent waits in waiting)
        {
            foreach (StepCase one in waits.Step.Cases)
            {
                int held = Done(one.Channel, StepEnd.Sent).Length - Done(one.Channel, StepEnd.Received).Length;
                Require(
                    Done(one.Channel, StepEnd.Closed).Length == 0,
                    $"goroutine {waits.Goroutine} waits at channel {one.Channel}, which is closed");
                Require(
                    one.Sends ? held == capacities[one.Channel] : held == 0,
                    $"goroutine {waits.Goroutine} waits at channel {one.Channel}, which holds {held}");
                Require(
                    !waiting.Any(other => other != waits && other.Step.Cases.Contains(one with { Sends = !one.Sends })),
                    $"two goroutines wait for each other at channel {one.Channel}");
            }
        }
    }
}
